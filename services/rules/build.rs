//! The shipped packs are compiled in; a new file in them must compile the crate again, which the macro alone cannot say.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../../brand-rules");
}
