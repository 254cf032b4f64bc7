use proptest::prelude::*;

use super::Forbidden;

fn rules(terms: &[&str], once: &[&str]) -> Forbidden {
    let owned = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    Forbidden::new(&owned(terms), &owned(once))
}

fn allows(rules: &Forbidden, text: &str) -> bool {
    let mut state = rules.start();
    rules.push(&mut state, text.as_bytes()) && rules.may_end(&state)
}

#[test]
fn a_term_is_refused_only_as_a_whole_word() {
    let rules = rules(&["cheap"], &[]);
    for refused in ["cheap", "so cheap.", "CHEAP!", "a «Cheap» b", "not-cheap-at-all", r"a\ncheap\n", r"\u0063heap"] {
        assert!(!allows(&rules, refused), "{refused}");
    }
    for allowed in ["cheaply", "uncheap", "che ap", "cheap2", "cheap\u{301}", "ch", ""] {
        assert!(allows(&rules, allowed), "{allowed}");
    }
}

#[test]
fn composition_and_case_do_not_hide_a_term() {
    let rules = rules(&["Günstig", "STRASSE", "risk free"], &[]);
    for refused in ["gu\u{308}nstig", "GÜNSTIG", "die Straße", "Risk\u{a0}Free", "risk  free"] {
        assert!(!allows(&rules, refused), "{refused}");
    }
    assert!(allows(&rules, "Günstiger, Straßen, risk freedom"));
}

#[test]
fn typography_does_not_hide_a_term() {
    let rules = rules(&["can't fail", "Levi’s", "risk-free"], &[]);
    for refused in ["it can’t fail.", "Levi's", "Levi’s", "risk\u{2010}free", "Risk\u{2011}Free", "ri\u{34F}sk-free"]
    {
        assert!(!allows(&rules, refused), "{refused}");
    }
    assert!(allows(&rules, "It can fail, Levi said – risk, free."));
}

#[test]
fn a_term_with_marks_at_its_ends_needs_no_border_there() {
    let rules = rules(&["C++", "#1", "café"], &[]);
    for refused in ["in C++ now", "C++x", "the #1", "x#1", "café", "cafe\u{301}"] {
        assert!(!allows(&rules, refused), "{refused}");
    }
    for allowed in ["xC++", "C+", "#12", "cafe", "cafés"] {
        assert!(allows(&rules, allowed), "{allowed}");
    }
}

#[test]
fn a_match_is_open_until_the_next_character() {
    let rules = rules(&["cheap"], &[]);
    let mut state = rules.start();
    assert!(rules.push(&mut state, b"cheap"));
    assert!(!rules.is_settled(&state) && !rules.may_end(&state));
    assert!(rules.push(&mut state.clone(), b"er"));
    assert!(!rules.push(&mut state, b"."));
}

#[test]
fn a_once_literal_stands_a_single_time() {
    let rules = rules(&[], &["{{claim.1}}", "{{claim.10}}"]);
    assert!(allows(&rules, "{{claim.1}} {{claim.10}} {{claim.1"));
    assert!(!allows(&rules, "{{claim.1}} {{claim.10}} {{claim.1}}"));
}

#[test]
fn plain_text_reads_a_backslash_as_itself() {
    let plain = rules(&["cheap"], &[]).in_plain_text();
    assert!(allows(&plain, r"\ncheap"));
    assert!(!allows(&plain, r"\cheap"));
}

proptest! {
    /// The streaming automaton agrees with looking at the whole text, wherever it is cut.
    #[test]
    fn streaming_agrees_with_looking_at_the_whole(text in "[abAB1 .é\u{301}\u{DF}s]{0,24}", cut in 0_usize..40) {
        let terms = ["ab", "b a", "é", "ss", "a.", "1"];
        let rules = rules(&terms, &[]);
        let mut state = rules.start();
        let bytes = text.as_bytes();
        let cut = cut.min(bytes.len());
        let streamed = rules.push(&mut state, &bytes[..cut])
            && rules.push(&mut state, &bytes[cut..])
            && rules.may_end(&state);
        let folded: Vec<char> = crate::bounds::fold::fold_text(&format!("|{text}|")).chars().collect();
        let holds = terms.iter().any(|term| {
            let term: Vec<char> = crate::bounds::fold::fold_text(term).chars().collect();
            folded.windows(term.len()).enumerate().any(|(at, window)| {
                let word = crate::bounds::fold::is_word;
                let before = folded.get(at.wrapping_sub(1)).copied();
                let after = folded.get(at + term.len()).copied();
                let joined = |own: char, other: Option<char>| word(own) && other.is_some_and(word);
                let marked = after.is_some_and(|c| crate::bounds::fold::mark_class(c) != 0);
                window == term && !(joined(term[0], before) || marked || joined(term[term.len() - 1], after))
            })
        });
        prop_assert_eq!(streamed, !holds);
    }
}
