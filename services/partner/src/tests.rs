//! The face's promises: about what it depends on, here; about what it answers, in the files beside, over a store with
//! drafts to hide.

mod archive;
mod asking;
mod house;
mod renditions;
mod unseen;

/// The partner face must not be able to name a draft: its normal dependencies, and theirs, hold no crate that can.
#[test]
fn no_crate_that_can_hold_a_draft_is_within_reach() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let mut open = vec!["partner".to_owned()];
    let mut seen = Vec::new();
    while let Some(folder) = open.pop() {
        let manifest = std::fs::read_to_string(format!("{root}/{folder}/Cargo.toml")).unwrap();
        let normal = manifest.split("[dev-dependencies]").next().unwrap().to_owned();
        for line in normal.lines().filter(|line| line.starts_with("countersign-")) {
            let name = line.split(['.', ' ', '=']).next().unwrap();
            let folder = match name {
                "countersign-released" => "domain/released",
                "countersign-store-released" => "store/released",
                "countersign-render" => "render",
                "countersign-web" => "web",
                other => panic!("{folder} depends on {other}"),
            };
            if !seen.contains(&folder.to_owned()) {
                seen.push(folder.to_owned());
                open.push(folder.to_owned());
            }
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}
