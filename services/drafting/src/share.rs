//! What each of an asset's texts is drafted from: its own share of the brief, so that three emails say three things.

use crate::sources::{Source, Sources};

/// The share of text `at` (from 0) of `of`: every `of`-th message and claim; of fewer than there are texts, they take
/// turns. Passages go round, so that each text looks at another one first.
#[must_use]
pub fn share(sources: &Sources, at: usize, of: usize) -> Sources {
    if of < 2 {
        return sources.clone();
    }
    let own = |list: &[Source]| -> Vec<Source> {
        if list.len() < of {
            return list.get(at % list.len().max(1)).cloned().into_iter().collect();
        }
        list.iter().skip(at).step_by(of).cloned().collect()
    };
    let mut passages = sources.passages.clone();
    if !passages.is_empty() {
        let turn = at % passages.len();
        passages.rotate_left(turn);
    }
    Sources { messages: own(&sources.messages), claims: own(&sources.claims), passages, ..sources.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_domain::content::Bound;
    use countersign_domain::wording::Form;

    fn sources(messages: usize) -> Sources {
        let bound = |reference: String| Bound { source: String::new(), text: reference.clone(), reference };
        let message = |i| Source {
            form: Form::Sentence,
            bound: bound(format!("message.{i}")),
            origin: String::new(),
            score: None,
        };
        Sources {
            product: bound("product.name".into()),
            messages: (1..=messages).map(message).collect(),
            claims: Vec::new(),
            passages: Vec::new(),
            values: Vec::new(),
            missing: Vec::new(),
            fallbacks: Vec::new(),
        }
    }

    fn shares(messages: usize, of: usize) -> Vec<Vec<String>> {
        let all = sources(messages);
        let names = |s: Sources| s.messages.into_iter().map(|message| message.bound.reference).collect();
        (0..of).map(|at| names(share(&all, at, of))).collect()
    }

    #[test]
    fn every_message_has_its_text_and_every_text_a_message() {
        assert_eq!(shares(4, 3), [vec!["message.1", "message.4"], vec!["message.2"], vec!["message.3"]]);
        assert_eq!(shares(2, 3), [vec!["message.1"], vec!["message.2"], vec!["message.1"]]);
        assert_eq!(shares(0, 2), [Vec::<String>::new(), Vec::new()]);
        assert_eq!(shares(3, 1), [vec!["message.1", "message.2", "message.3"]]);
    }
}
