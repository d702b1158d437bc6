//! The command `portreeve-bench`. Everything is in the library, which is there on Unix only: what a whole process costs
//! is asked of the kernel in words that only Unix knows.

#[cfg(unix)]
fn main() -> std::process::ExitCode {
    portreeve_bench::main()
}

#[cfg(not(unix))]
fn main() -> Result<(), &'static str> {
    Err("portreeve-bench measures through Unix calls: run it on Linux")
}
