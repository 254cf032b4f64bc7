//! Characters, languages, parameters of links.

use super::{World, rule, try_pack};

fn spans(locale: &str, fields: &str, text: &str) -> Vec<String> {
    World::new(locale).slot("body", text).spans(&rule("block", fields))
}

fn hygiene(check: &str, text: &str) -> Vec<String> {
    spans("en-US", &format!("kind: unicode_hygiene\nparams: {{checks: [{check}]}}"), text)
}

#[test]
fn directions_are_closed_in_their_line_and_never_overridden() {
    assert_eq!(hygiene("bidi", "a\u{202E}b\u{202C}c"), ["\u{202E}"]);
    assert_eq!(hygiene("bidi", "a\u{2067}b\n\u{2069}c \u{202A}d"), ["\u{2067}", "\u{2069}", "\u{202A}"]);
    assert_eq!(hygiene("bidi", "a \u{2068}x \u{202B}\u{5D0}\u{202C}\u{2069} b \u{2066}z\u{2069}"), [""; 0]);
    assert_eq!(
        hygiene("bidi", "a \u{2066}z\u{2069} \u{202B}y\u{202C}"),
        ["\u{2066}", "\u{2069}", "\u{202B}", "\u{202C}"],
        "nothing runs from right to left"
    );
}

#[test]
fn characters_without_width_stand_only_where_a_script_needs_them() {
    assert_eq!(hygiene("zero_width", "fr\u{200B}ee\u{2060} \u{FEFF}x\u{200D}y\u{200E} a\u{FE0F} \u{3164}").len(), 7);
    assert_eq!(
        hygiene(
            "zero_width",
            "\u{1f469}\u{200D}\u{1f4bb} \u{2764}\u{FE0F}\u{200D}\u{1f525} 1\u{FE0F}\u{20E3} Wort\u{AD}teil \u{1f3fd}\u{200D}\u{2695}\u{FE0F} ™\u{FE0F}"
        ),
        [""; 0]
    );
    assert_eq!(hygiene("zero_width", "می\u{200C}خواهیم\u{200F} क्\u{200D}ष ไทย\u{200B}ไทย"), [""; 0]);
}

#[test]
fn words_of_two_scripts_are_found_and_units_are_not() {
    assert_eq!(
        hygiene("mixed_script", "p\u{430}ypal, \u{410}\u{421}\u{41C}\u{415} Gro\u{308}\u{43E}e"),
        ["p\u{430}ypal", "\u{410}\u{421}\u{41C}\u{415}", "Gro\u{308}\u{43E}e"]
    );
    assert_eq!(
        hygiene("mixed_script", "5 kΩ, μm, Δt, α-Test, Müller, クラウドSaaSのテスト, naïve 3µm, Москва"),
        [""; 0]
    );
    let bulgarian = "kind: unicode_hygiene\nparams: {checks: [mixed_script]}";
    assert_eq!(spans("bg-BG", bulgarian, "Резервно копие с SaaS и \u{430}"), [""; 0]);
}

#[test]
fn single_characters_that_are_no_text_are_found() {
    assert_eq!(hygiene("control", "a\tb\nc\r\u{7}\u{B}\u{9F}").len(), 3);
    assert_eq!(hygiene("private_use, noncharacter, replacement", "\u{E001}\u{FDD0}\u{FFFD} \u{10FFFE} ok").len(), 4);
    assert_eq!(
        hygiene("stacked_marks", "He\u{300}\u{301}\u{302}\u{303}\u{304}lp Vie\u{302}\u{323}t"),
        ["e\u{300}\u{301}\u{302}\u{303}\u{304}"]
    );
}

#[test]
fn the_decoder_is_told_which_characters_never_stand() {
    let world = World::new("en-US");
    let refused_by = |packs: &crate::Packs| -> Vec<(char, char)> {
        let demands = packs.demands(&world.place(), &world.terms, None);
        demands.into_iter().flat_map(|demand| demand.characters).collect()
    };
    let refused = refused_by(&rule("block", "kind: unicode_hygiene"));
    for c in ['\u{7}', '\u{202E}', '\u{E000}', '\u{FFFF}', '\u{FFFD}', '\u{2060}'] {
        assert!(refused.iter().any(|(from, to)| (*from..=*to).contains(&c)), "{c:?}");
    }
    for c in ['\n', 'a', '\u{200D}', '\u{AD}', '\u{2066}'] {
        assert!(!refused.iter().any(|(from, to)| (*from..=*to).contains(&c)), "{c:?}");
    }
    assert!(refused_by(&rule("warn", "kind: unicode_hygiene")).is_empty(), "a warning does not bind");
}

#[test]
fn a_million_marks_and_controls_take_no_time() {
    let packs = rule("warn", "kind: unicode_hygiene");
    for part in ["\u{301}", "\u{202A}", "\u{2066}\u{202B}\u{2069}", "\u{430}a", "\u{200D}", "\u{FE0F}"] {
        let found =
            packs.check_text(&part.repeat(1_000_000), &World::new("en-US").place(), &crate::BrandTerms::default());
        assert!(found.len() <= crate::rule::MAX_FINDINGS, "{}", found.len());
    }
}

const LANGUAGE: &str = "kind: language";

#[test]
fn a_text_that_nobody_translated_is_found_whole_and_in_part() {
    let german = "Fjord stellt jeden Monat einen Teil Ihrer Systeme wieder her und hält fest, was zurückkam.";
    let english = "Fjord restores a sample of your systems every month and writes down what came back.";
    assert_eq!(spans("en-US", LANGUAGE, german), [german]);
    assert_eq!(spans("de-DE", LANGUAGE, english), [english]);
    let passage = "Talk to us about the restore test that is run for you every month.";
    let both = format!("{german} {german} {passage} {german}");
    assert_eq!(spans("de-DE", LANGUAGE, &both), [passage]);
}

#[test]
fn names_links_and_short_texts_have_no_language() {
    for text in [
        "Microsoft Azure, Amazon Web Services, Google Cloud Platform, VMware vSphere, Red Hat OpenShift",
        "Fjord Backup Cloud",
        "https://fjord.example/how-to-test-your-restores-and-what-to-do-with-the-report-of-it-every-month",
        "{{claim.1}} {{claim.1}} {{claim.1}} {{claim.1}} {{claim.1}}",
    ] {
        assert_eq!(spans("fr-FR", LANGUAGE, text), [""; 0], "{text}");
    }
    assert_eq!(
        spans("fi-FI", LANGUAGE, "Fjord restores a sample of your systems every month and writes down what came back."),
        [""; 0]
    );
}

#[test]
fn tracked_links_have_all_parameters_and_the_right_ones() {
    let required = "kind: utm\nparams: {required: [utm_source, utm_medium]}";
    let one = "https://a.example/?utm_source=x";
    assert_eq!(
        spans(
            "en-US",
            required,
            &format!("See {one}. And https://a.example/docs, https://a.example/?utm_source=x&utm_medium=y")
        ),
        [one]
    );
    assert_eq!(spans("en-US", required, "https://a.example/?utm_source={{partner.site}}&utm_medium=y"), [""; 0]);
    let channel = "kind: utm\nparams: {by_channel: {email: {utm_medium: email}, x: {utm_medium: social}}}";
    assert_eq!(
        spans("en-US", channel, "https://a.example/?utm_medium=email https://a.example/?utm_medium=social").len(),
        1
    );
    let pattern = "kind: utm\nparams: {patterns: {utm_campaign: '^[a-z0-9-]+$'}}";
    assert_eq!(
        spans(
            "en-US",
            pattern,
            "https://a.example/?utm_campaign=Spring%20Sale https://a.example/?utm_campaign=spring-1"
        )
        .len(),
        1
    );
}

#[test]
fn personal_data_in_links_is_found_however_it_is_encoded() {
    let personal = "kind: utm\nparams: {personal: true}";
    for query in [
        "utm_content=jane.doe%40client.example",
        "x=jane%2540client.example",
        "first_name=Jane",
        "Nachname=Meier",
        "utm_term=%2B49%2030%201234567",
        "p=+493012345678",
        "p=555-123-4567",
        "name=Jane+Doe",
    ] {
        assert_eq!(spans("en-US", personal, &format!("https://a.example/?{query}")).len(), 1, "{query}");
    }
    for query in [
        "utm_id=1234567890123",
        "date=2026-11-25",
        "utm_content=header-image",
        "name=spring-sale",
        "v=1.2.3",
        "utm_source=email",
        "user=1",
        "d=01-12-2026",
    ] {
        assert_eq!(spans("en-US", personal, &format!("https://a.example/?{query}")), [""; 0], "{query}");
    }
}

#[test]
fn wrong_parameters_are_faults_with_their_line() {
    let fault = |kind: &str, params: &str| {
        let text = format!(
            "id: r\nkind: {kind}\nseverity: warn\nmessage: m\nwhy: w\nparams: {params}\ntests: {{pass: [a], fail: [b]}}\n"
        );
        try_pack(&[("r.yaml", &text)]).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    for (kind, params, told) in [
        ("utm", "{}", "name `required`"),
        ("utm", "{patterns: {utm_source: '('}}", "does not compile"),
        ("utm", "{required: ['a b']}", "no parameter"),
        ("language", "{min_characters: 5}", "20 to 10000"),
        ("unicode_hygiene", "{checks: [bidi, bidi]}", "twice"),
        ("layout", "{checks: [size]}", "r.yaml:6"),
        ("length", "{unit: graphemes}", "name `max`"),
        ("length", "{bound: max, max: 3}", "need a `unit`"),
        ("length", "{unit: gsm7, min: 9, max: 3}", "no text would fit"),
        ("length", "{unit: gsm7, bound: max}", "name one of them"),
        ("term", "{concepts: [{name: a, approved: [], forbidden: [x]}]}", "at least one form"),
        ("term", "{concepts: [{name: a, approved: [x], forbidden: [X]}]}", "twice"),
        ("term", "{concepts: [{name: a, approved: [x]}]}", "nothing else"),
        ("do_not_translate", "{terms: ['']}", "empty"),
        ("placeholder", "{check: same_as_original, allowed: []}", "goes with"),
    ] {
        let found = fault(kind, params);
        assert!(found.contains(told) && found.contains("r.yaml:"), "{kind} {params}: {found}");
    }
}
