//! Names of time zones as the IANA database has them: `Europe/Berlin`, `America/Argentina/Buenos_Aires`, `UTC`.
//!
//! Only the shape of a name is looked at. The database changes several times a year and lives with the operating system
//! of whoever formats a time; whether it has a city is known there and then, and an unknown one must not stop a profile.

/// The most characters of a name; the longest in the database has 32.
const MAX_CHARS: usize = 40;

/// The database's areas. `Etc` is left out: its signs are the wrong way round for everybody who types them.
const AREAS: [&str; 10] =
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// What is wrong with `name`, and what to write instead.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let bad = || Err("is no name of a time zone; write one such as Europe/Berlin, America/New_York or UTC".to_owned());
    if name == "UTC" {
        return Ok(());
    }
    let Some((area, places)) = name.split_once('/') else { return bad() };
    let place = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    if name.len() > MAX_CHARS
        || !AREAS.contains(&area)
        || places.split('/').count() > 2
        || !places.split('/').all(place)
    {
        return bad();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_database_are_taken() {
        for name in [
            "UTC",
            "Europe/Berlin",
            "Asia/Ho_Chi_Minh",
            "America/Argentina/Buenos_Aires",
            "America/Port-au-Prince",
            "Africa/Dar_es_Salaam",
            "Antarctica/DumontDUrville",
            "Pacific/Auckland",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn offsets_abbreviations_and_words_are_refused_with_an_example() {
        for name in
            ["CET", "+01:00", "Berlin", "europe/berlin", "Europe/", "Mars/Olympus", "Europe/../etc", "Etc/GMT+1"]
        {
            let said = check(name).expect_err(name);
            assert!(said.contains("Europe/Berlin"), "{said}");
        }
    }
}
