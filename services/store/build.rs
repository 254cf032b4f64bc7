//! The migrations are embedded by a macro, which cargo does not know reads these folders.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
