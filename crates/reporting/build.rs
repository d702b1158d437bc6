//! Has the crate built again when a file under `reports/` is added, changed or removed: embedding alone does not see a
//! new file. It must never write or download anything.

fn main() {
    println!("cargo::rerun-if-changed=../../reports");
}
