//! Tells cargo that the embedded pages are sources: `include_dir!` alone does not.

fn main() {
    println!("cargo::rerun-if-changed=../../review-ui");
    println!("cargo::rerun-if-changed=build.rs");
}
