//! The two pages and `README.txt`, made from whole registers: one that tells a story, one in which every name is hostile.

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod readme;
