//! Slots of any asset type as the starter model knows them: it was trained on emails, LinkedIn posts and X posts, and
//! writes another type's headline as it writes an email's.

use countersign_render::{Part, Shape, Slot};

use crate::skeleton::Skeleton;

/// What the starter was trained on, with the type whose slots they are.
const TRAINED: [(&str, &str); 7] = [
    ("subject", "email"),
    ("preheader", "email"),
    ("headline", "email"),
    ("body", "email"),
    ("cta", "email"),
    ("post", "linkedin_post"),
    ("text", "x_post"),
];

/// The slot that the starter knows and this one is most like: the one that its template names, its own name, or by shape.
pub(crate) fn trained_key(slot: &Slot) -> &str {
    if let Some(like) = &slot.like {
        return like;
    }
    if TRAINED.iter().any(|(key, _)| *key == slot.short) {
        return &slot.short;
    }
    if slot.multiline {
        return "body";
    }
    let mut parts = slot.draft.iter().flat_map(|paragraph| &paragraph.parts);
    match parts.find_map(|part| if let Part::Piece(piece) = part { Some(piece.shape) } else { None }) {
        Some(Shape::Sentences) => "preheader",
        Some(Shape::Label) => "cta",
        Some(Shape::Line | Shape::Lead) | None => "headline",
    }
}

/// The slots of a text in the runs in which the starter writes them: each a part of what it was trained on, no slot twice
/// and in its order, since after an email's body it has never seen another headline. `keys` are those of the slots.
pub(crate) fn trained_runs(keys: &[&str]) -> Vec<Vec<usize>> {
    let place = |at: &usize| TRAINED.iter().position(|(key, _)| *key == keys[*at]);
    let kind = |at: &usize| place(at).map(|place| TRAINED[place].1);
    let mut runs: Vec<Vec<usize>> = Vec::new();
    for at in 0..keys.len() {
        let fits =
            |run: &&mut Vec<usize>| run.iter().all(|other| kind(other) == kind(&at) && place(other) != place(&at));
        match runs.iter_mut().find(fits) {
            Some(run) => run.push(at),
            None => runs.push(vec![at]),
        }
    }
    for run in &mut runs {
        run.sort_by_key(place);
    }
    runs
}

/// The type that the first slot is of.
pub(crate) fn trained_type(skeleton: &Skeleton) -> &'static str {
    let first = skeleton.slots.first().map_or("", |slot| slot.key.as_str());
    TRAINED.iter().find(|(key, _)| *key == first).map_or("email", |(_, asset_type)| asset_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_render::Templates;

    #[test]
    fn the_trained_types_keep_their_names() {
        let templates = Templates::embedded().unwrap();
        for name in ["email", "linkedin_post", "x_post"] {
            for slot in &templates.get(name).unwrap().slots {
                assert_eq!(trained_key(slot), slot.name);
                assert!(TRAINED.contains(&(slot.name.as_str(), name)));
            }
        }
    }

    #[test]
    fn a_text_is_written_in_runs_that_were_trained() {
        assert_eq!(trained_runs(&["subject", "preheader", "headline", "body", "cta"]), [[0, 1, 2, 3, 4]]);
        assert_eq!(trained_runs(&["headline", "body", "headline", "cta"]), [vec![0, 1, 3], vec![2]]);
        assert_eq!(trained_runs(&["post", "cta", "headline"]), [vec![0], vec![2, 1]]);
    }

    #[test]
    fn every_slot_of_every_type_is_like_one_that_was_trained() {
        for template in Templates::embedded().unwrap().iter() {
            for slot in &template.slots {
                assert!(TRAINED.iter().any(|(key, _)| *key == trained_key(slot)), "{} {}", template.name, slot.name);
            }
        }
    }
}
