use super::*;

fn locale(tag: &str) -> Reading {
    Reading::of(Some(&tag.parse().unwrap()))
}

/// Whether every figure of `text` stands in `source`, both in `tag`.
fn grounded(tag: &str, source: &str, text: &str) -> bool {
    let reading = locale(tag);
    let grounds = Grounds::new(vec![source]);
    let found = scan(text, reading);
    assert!(!found.is_empty(), "{text} has figures");
    found.iter().all(|found| grounds.hold(&found.figure, reading))
}

fn spans<'a>(tag: &str, text: &'a str) -> Vec<&'a str> {
    scan(text, locale(tag)).into_iter().map(|found| &text[found.range]).collect()
}

#[test]
fn separators_are_read_in_the_locale() {
    assert!(grounded("de-DE", "1.234,5 kWh", "1234,50 kWh"));
    assert!(grounded("en-US", "1,234.5 kWh", "1234.5 kWh"));
    assert!(grounded("en-US", "1.234 g", "1.2340 g"));
    assert!(!grounded("de-DE", "1.234 Geräte", "1,234 Geräte"), "one is 1234, the other 1.234");
    assert!(grounded("de-CH", "1'234.50 CHF", "1234.5 Franken"));
    assert!(grounded("fr-FR", "1\u{202F}234,5 m", "1234,5 m"));
    assert!(grounded("en-IN", "1,00,000 users", "100000 users"));
}

#[test]
fn separators_without_doubt_are_the_same_in_every_locale() {
    assert!(grounded("de-DE", "1,234.5 units", "1.234,5 Stück"));
    assert!(grounded("de-DE", "99.9 %", "99,9 %"));
}

#[test]
fn a_per_cent_sign_and_a_currency_are_part_of_the_figure() {
    assert!(grounded("en-US", "saves 12 percent", "Saves 12%."));
    assert!(!grounded("en-US", "saves 12 hours", "Saves 12 %."));
    assert!(!grounded("en-US", "saves 12 %", "Saves 12 hours."));
    assert!(grounded("de-DE", "ab 49 € im Monat", "Ab EUR 49."));
    assert!(grounded("en-US", "$5 million", "5,000,000 dollars"));
    assert!(!grounded("en-US", "$5", "€5"));
    assert!(grounded("en-US", "it fell by -3 %", "-3%"));
    assert!(!grounded("en-US", "up 3 %", "-3 %"));
}

#[test]
fn scales_multiply() {
    assert!(grounded("en-US", "10,000 users", "10k users"));
    assert!(!grounded("en-US", "10 users", "10k users"));
    assert!(grounded("de-DE", "2 Mrd. Euro", "2.000.000.000 €"));
    assert!(grounded("de-DE", "1 Billion", "1.000.000.000.000"));
    assert!(!grounded("en-US", "5 metres", "5 million metres"));
}

#[test]
fn a_word_that_touches_its_number_must_be_the_same() {
    assert!(grounded("en-US", "10 GB of space", "10GB of space"));
    assert!(!grounded("en-US", "10 GB of space", "10TB of space"));
    assert!(grounded("en-US", "the 2nd one", "2 ones"));
}

#[test]
fn dates_are_compared_as_dates() {
    for written in ["30.11.2026", "2026-11-30", "30. November 2026", "am 30.11.", "im November 2026", "30. Nov."] {
        assert!(grounded("de-DE", "2026-11-30", written), "{written}");
    }
    for written in ["November 30, 2026", "11/30/2026", "30th of November", "Nov 30", "in 2026", "on the 30th"] {
        assert!(grounded("en-US", "2026-11-30", written), "{written}");
    }
    assert!(grounded("en-GB", "2026-11-30", "30/11/2026"));
    assert!(!grounded("en-US", "2026-11-30", "December 30, 2026"));
    assert!(!grounded("de-DE", "30. November", "30. November 2027"));
}

#[test]
fn months_in_french_spanish_and_italian_are_read() {
    for (tag, written) in [
        ("fr-FR", "le 30 novembre 2026"),
        ("fr-FR", "en novembre 2026"),
        ("es-ES", "el 30 de noviembre de 2026"),
        ("es-ES", "noviembre de 2026"),
        ("it-IT", "il 30 novembre 2026"),
        ("it-IT", "dal 30 novembre"),
    ] {
        assert!(grounded(tag, "2026-11-30", written), "{written}");
    }
    assert!(grounded("fr-FR", "01/03/2026", "dès le 1er mars"));
    assert!(!grounded("es-ES", "2026-11-30", "el 30 de octubre de 2026"));
}

#[test]
fn a_typed_space_parts_thousands_where_decimals_have_a_comma() {
    assert!(grounded("fr-FR", "1\u{A0}200 entreprises", "1 200 entreprises"));
    assert!(!grounded("fr-FR", "1 200 entreprises", "2 200 entreprises"));
    assert_eq!(
        spans("fr-FR", "En 2026 300 clients, 12 345 678 euros, 5 1234"),
        ["2026", "300", "12 345 678 euros", "5", "1234"]
    );
    assert_eq!(spans("en-US", "5 100 users"), ["5", "100"]);
}

#[test]
fn currencies_stand_behind_a_preposition_of_a_scale() {
    assert!(grounded("fr-FR", "2 000 000 €", "2 millions d’euros"));
    assert!(grounded("es-ES", "2.000.000 €", "2 millones de euros"));
    assert!(grounded("it-IT", "2.000.000 €", "2 milioni di euro"));
}

#[test]
fn what_is_no_number_is_compared_as_it_is_written() {
    assert!(grounded("en-US", "B2B, 24/7, v2.1.3, 10:30", "b2b 24/7 at 10:30"));
    assert!(!grounded("en-US", "24 and 7", "24/7"));
    assert!(!grounded("en-US", "2", "½"));
    assert!(grounded("ar-EG", "12 %", "١٢٪"));
}

#[test]
fn a_figure_is_pointed_at_with_its_sign() {
    assert_eq!(spans("de-DE", "Nur 12,5 % und € 49 bis 2026-11-30, 3-mal"), ["12,5 %", "€ 49", "2026-11-30", "3"]);
    assert_eq!(spans("en-US", "From US$5 to 10GB (-3 %) on May 5."), ["US$5", "10GB", "-3 %", "May 5"]);
}
