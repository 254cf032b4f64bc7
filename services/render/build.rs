//! Tells cargo that the embedded templates are sources: `include_dir!` alone does not.

fn main() {
    println!("cargo::rerun-if-changed=templates");
    println!("cargo::rerun-if-changed=build.rs");
}
