//! What readers of twenty locales expect, to the comma. `~` stands for a no-break space, `^` for a narrow one, `<` for the
//! left-to-right mark, `>` for the right-to-left mark and `@` for the Arabic letter mark.
//!
//! It is CLDR 49 as ICU4X 2.4 has it. When an upgrade changes a line, look at it as that locale's reader would.

use crate::{
    Clock, Day, LocaleError, Moment, Per, Unit, date, date_time, list, local_date_time, local_time, number, per,
    percent, price, time, unit,
};

/// Locale; 1234567.5; 12.5 percent; 1 December 2026 at 14:00 in Berlin; 1234.90 euros; 49 US dollars; three things; 1200 GB;
/// 24 hours.
#[rustfmt::skip] // A line is a locale.
const EXPECTED: &[[&str; 9]] = &[
    ["en-US", "1,234,567.5", "12.5%", "December 1, 2026 at 2:00^PM GMT+1", "€1,234.90", "$49", "A, B, and C", "1,200 GB", "24 hours"],
    ["en-GB", "1,234,567.5", "12.5%", "1 December 2026 at 14:00 CET", "€1,234.90", "US$49", "A, B and C", "1,200 GB", "24 hours"],
    ["en-IE", "1,234,567.5", "12.5%", "1 December 2026 at 14:00 GMT+1", "€1,234.90", "US$49", "A, B and C", "1,200 GB", "24 hours"],
    ["de-DE", "1.234.567,5", "12,5~%", "1. Dezember 2026 um 14:00 MEZ", "1.234,90~€", "49~$", "A, B und C", "1.200 GB", "24 Stunden"],
    ["de-AT", "1~234~567,5", "12,5~%", "1. Dezember 2026 um 14:00 MEZ", "€~1~234,90", "$~49", "A, B und C", "1~200 GB", "24 Stunden"],
    ["de-CH", "1'234'567.5", "12.5%", "1. Dezember 2026 um 14:00 MEZ", "€~1'234.90", "$~49", "A, B und C", "1'200 GB", "24 Stunden"],
    ["fr-FR", "1^234^567,5", "12,5~%", "1 décembre 2026 à 14:00 UTC+1", "1^234,90~€", "49~$US", "A, B et C", "1^200^Go", "24~heures"],
    ["fr-CA", "1~234~567,5", "12,5~%", "1 décembre 2026 à 14 h 00 UTC+1", "1~234,90~€", "49~$~US", "A, B et C", "1~200~Go", "24~heures"],
    ["es-ES", "1.234.567,5", "12,5~%", "1 de diciembre de 2026 a las 14:00 CET", "1234,90~€", "49~US$", "A, B y C", "1200 GB", "24 horas"],
    ["es-MX", "1,234,567.5", "12.5%", "1 de diciembre de 2026 a las 02:00^p.m. GMT+1", "€1,234.90", "US$49", "A, B y C", "1,200 GB", "24 horas"],
    ["it-IT", "1.234.567,5", "12,5%", "1 dicembre 2026 alle ore 14:00 CET", "1234,90~€", "49~US$", "A, B e C", "1200 GB", "24 ore"],
    ["nl-NL", "1.234.567,5", "12,5%", "1 december 2026 om 14:00 CET", "€~1.234,90", "US$~49", "A, B en C", "1.200 GB", "24 uur"],
    ["pt-PT", "1~234~567,5", "12,5%", "1 de dezembro de 2026 às 14:00 CET", "1234,90~€", "49~US$", "A, B e C", "1200 GB", "24 horas"],
    ["pt-BR", "1.234.567,5", "12,5%", "1 de dezembro de 2026 às 14:00 +1 GMT", "€~1.234,90", "US$~49", "A, B e C", "1.200 GB", "24 horas"],
    ["pl-PL", "1~234~567,5", "12,5%", "1 grudnia 2026 14:00 CET", "1234,90~€", "49~US$", "A, B i C", "1200 GB", "24 godziny"],
    ["sv-SE", "1~234~567,5", "12,5~%", "1 december 2026 kl. 14:00 CET", "1~234,90~€", "49~US$", "A, B och C", "1~200 GB", "24 timmar"],
    ["ar-EG", "١٬٢٣٤٬٥٦٧٫٥", "١٢٫٥<%<", "١ ديسمبر ٢٠٢٦ في ٢:٠٠ م غرينتش@+١", ">١٬٢٣٤٫٩٠~€", ">٤٩~US$", "A وB وC", "١٬٢٠٠ غ.ب", "٢٤ ساعة"],
    ["ar-SA", "١٬٢٣٤٬٥٦٧٫٥", "١٢٫٥٪", "١ ديسمبر ٢٠٢٦ في ٢:٠٠ م غرينتش@+١", ">١٬٢٣٤٫٩٠~€", ">٤٩~US$", "A وB وC", "١٬٢٠٠ غ.ب", "٢٤ ساعة"],
    ["he-IL", "1,234,567.5", "12.5%", "1 בדצמבר 2026 בשעה 14:00 GMT<+1<", ">1,234.90~>€", ">49~>$", "A, B ו‑C", "1,200 GB", "24 שעות"],
    ["ja-JP", "1,234,567.5", "12.5%", "2026年12月1日 14:00 GMT+1", "€1,234.90", "$49", "A、B、C", "1,200 GB", "24 時間"],
];

fn visible(text: Result<String, LocaleError>) -> String {
    let text = text.unwrap();
    [('\u{a0}', "~"), ('\u{202f}', "^"), ('\u{200e}', "<"), ('\u{200f}', ">"), ('\u{61c}', "@")]
        .iter()
        .fold(text, |text, (mark, seen)| text.replace(*mark, seen))
}

fn moment(day: &str, clock: &str, zone: &str) -> Moment {
    Moment::new(day.parse().unwrap(), clock.parse().unwrap(), zone.parse().unwrap()).unwrap()
}

#[test]
fn each_locale_reads_as_its_readers_write() {
    let berlin = moment("2026-12-01", "14:00", "Europe/Berlin");
    for row in EXPECTED {
        let locale = row[0];
        let written = [
            number(locale, "1234567.5"),
            percent(locale, "12.5"),
            date_time(locale, &berlin),
            price(locale, "1234.90", "EUR"),
            price(locale, "49", "USD"),
            list(locale, &["A", "B", "C"]),
            unit(locale, "1200", Unit::Gigabyte),
            unit(locale, "24", Unit::Hour),
        ]
        .map(visible);
        assert_eq!(written, row[1..], "{locale}");
        let alone = date(locale, 2026, 12, 1).unwrap();
        assert!(row[3].starts_with(&alone), "{locale}: {alone}");
    }
}

#[test]
fn a_zone_is_named_as_it_is_known_there_in_that_season() {
    let summer = moment("2026-07-01", "09:30", "America/New_York");
    let winter = moment("2026-12-01", "09:30", "America/New_York");
    let named = |locale: &str, moment: &Moment| visible(time(locale, moment));
    assert_eq!(named("en-US", &summer), "9:30^AM EDT");
    assert_eq!(named("en-US", &winter), "9:30^AM EST");
    assert_eq!(named("fr-CA", &summer), "09 h 30 HAE");
    assert_eq!(named("de-DE", &summer), "09:30 GMT-4");
    assert_eq!(named("ja-JP", &moment("2026-12-01", "09:30", "Asia/Tokyo")), "9:30 JST");
    assert_eq!(named("de-DE", &moment("2026-07-01", "14:00", "Europe/Berlin")), "14:00 MESZ");
    assert_eq!(named("en-GB", &moment("2026-12-01", "14:00", "UTC")), "14:00 UTC");
}

#[test]
fn without_a_zone_none_is_named() {
    let (day, clock): (Day, Clock) = ("2026-12-01".parse().unwrap(), "18:05".parse().unwrap());
    assert_eq!(visible(local_time("en-US", clock)), "6:05^PM");
    assert_eq!(visible(local_time("de-CH", clock)), "18:05");
    assert_eq!(visible(local_date_time("de-DE", day, clock)), "1. Dezember 2026 um 18:05");
}

#[test]
fn what_a_price_is_for_comes_in_the_order_of_the_language() {
    let month = |locale: &str| visible(per(locale, "49.90", "EUR", Per::Month));
    assert_eq!(month("de-DE"), "49,90~€ pro Monat");
    assert_eq!(month("fr-FR"), "49,90~€ par mois");
    assert_eq!(month("ja-JP"), "月額€49.90");
    assert_eq!(visible(per("pt-PT", "5", "EUR", Per::UserYear)), "5~€ por utilizador por ano");
    assert_eq!(visible(per("pt-BR", "5", "BRL", Per::UserYear)), "R$~5 por usuário por ano");
}

#[test]
fn a_list_of_one_or_two_has_no_comma() {
    assert_eq!(list("en-US", &["A"]).unwrap(), "A");
    assert_eq!(list("en-US", &["A", "B"]).unwrap(), "A and B");
    assert_eq!(list("es-ES", &["Francia", "Italia"]).unwrap(), "Francia e Italia");
    assert_eq!(list::<&str>("en-US", &[]), Err(LocaleError::EmptyList));
}

#[test]
fn what_is_no_locale_or_has_no_rules_is_refused_by_every_kind() {
    for bad in ["", "german", "de_DE", "und", "x", "../etc", "de-DE-u-nu-arab-and-much-more-than-this"] {
        assert!(matches!(number(bad, "1"), Err(LocaleError::Tag(_))), "{bad}");
    }
    for unknown in ["xx-XX", "qaa", "tlh"] {
        assert!(matches!(number(unknown, "1"), Err(LocaleError::Language(_))), "{unknown}");
        assert!(date(unknown, 2026, 12, 1).is_err() && list(unknown, &["A"]).is_err(), "{unknown}");
    }
    // A region that CLDR has nothing of its own for follows its language.
    assert_eq!(date("de-LI", 2026, 12, 1).unwrap(), "1. Dezember 2026");
}
