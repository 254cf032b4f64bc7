//! The rows in which a brief's values are typed: a kind, a name, the value, and for words the same in the other language.

use std::collections::BTreeMap;

use countersign_domain::brief::MAX_VALUES;
use countersign_domain::brief::value::ValueForm;
use countersign_domain::place::Locale;
use countersign_domain::wording::Wording;
use serde::Serialize;

use super::Typed;

/// So many rows are there to be filled.
const EMPTY: usize = 5;

/// Name in the form, title, and how it is typed.
pub(crate) const KINDS: &[(&str, &str, &str)] = &[
    ("date", "Date", "2026-12-01, or 2026-12-01 14:00 Europe/Berlin"),
    ("duration", "Duration", "45 (minutes)"),
    ("price", "Price", "49.90 EUR, or 49.90 EUR month"),
    ("number", "Number", "1200, or 1200 gigabyte"),
    ("list", "List", "backup; recovery; archive"),
    ("link", "Link", "https://example.com/webinar, then what the link says"),
    ("text", "Text", "a name, a title: word for word"),
];

/// One row, as it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Row {
    pub kind: String,
    pub name: String,
    pub value: String,
    pub other: String,
}

impl Row {
    fn is_empty(&self) -> bool {
        [&self.name, &self.value, &self.other].iter().all(|text| text.trim().is_empty())
    }
}

impl Typed {
    /// The rows that say something, each with its number on the page (from 1).
    fn value_rows(&self) -> impl Iterator<Item = (usize, Row)> {
        let at = |list: &[String], i: usize| list.get(i).cloned().unwrap_or_default();
        let rows = self.value_name.len().max(self.value_is.len());
        (0..rows)
            .map(move |i| {
                let kind = at(&self.value_kind, i);
                let row = Row {
                    kind,
                    name: at(&self.value_name, i),
                    value: at(&self.value_is, i),
                    other: at(&self.value_other, i),
                };
                (i + 1, row)
            })
            .filter(|(_, row)| !row.is_empty())
    }

    /// What the page shows: the rows that were filled where they were, and empty ones after them.
    pub(crate) fn shown_values(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for (number, row) in self.value_rows() {
            rows.resize(number - 1, Row::default());
            rows.push(row);
        }
        let filled = rows.len();
        rows.resize((filled + EMPTY).min(MAX_VALUES).max(filled), Row::default());
        rows
    }

    /// The number of the row that a value was typed in.
    pub(super) fn row_of(&self, name: &str) -> Option<usize> {
        self.value_rows().find(|(_, row)| row.name.trim() == name).map(|(number, _)| number)
    }

    /// The values that were typed, or what is wrong with their rows.
    pub(super) fn values(&self) -> Result<BTreeMap<String, ValueForm>, String> {
        let mut values = BTreeMap::new();
        let mut faults = Vec::new();
        for (number, row) in self.value_rows() {
            let name = row.name.trim();
            let read = if name.is_empty() {
                Err("needs a name".to_owned())
            } else if values.contains_key(name) {
                Err(format!("`{name}` is the name of another row"))
            } else {
                self.value(&row)
            };
            match read {
                Ok(value) => {
                    values.insert(name.to_owned(), value);
                }
                Err(fault) => faults.push(format!("row {number}: {fault}")),
            }
        }
        if faults.is_empty() { Ok(values) } else { Err(faults.join("; ")) }
    }

    fn value(&self, row: &Row) -> Result<ValueForm, String> {
        let typed = row.value.trim();
        let mut parts = typed.split_whitespace().map(str::to_owned);
        let mut next = || parts.next();
        let mut value = ValueForm::default();
        let kind = KINDS.iter().find(|(name, _, _)| *name == row.kind).ok_or("needs a kind")?;
        if typed.is_empty() {
            return Err("needs a value".to_owned());
        }
        match kind.0 {
            "date" => (value.date, value.time, value.zone) = (next(), next(), next()),
            "duration" => value.duration = Some(next().and_then(|word| word.parse().ok()).ok_or("is not minutes")?),
            "price" => (value.price, value.currency, value.per) = (next(), next(), next()),
            "number" => (value.number, value.unit) = (next(), next()),
            "list" => value.list = Some(self.entries(typed, row.other.trim())?),
            "link" => {
                value.link = next();
                let label: Vec<String> = parts.by_ref().collect();
                if !label.is_empty() {
                    value.text = Some(self.wording(&label.join(" "), row.other.trim())?);
                }
            }
            _ => {
                value.text = Some(self.wording(typed, row.other.trim())?);
                return Ok(value);
            }
        }
        match parts.next() {
            Some(rest) if kind.0 != "list" => Err(format!("holds `{rest}` too much; write it as {}", kind.2)),
            _ => Ok(value),
        }
    }

    fn entries(&self, own: &str, other: &str) -> Result<Vec<Wording>, String> {
        let split = |text: &str| -> Vec<String> {
            text.split([';', '；', '؛']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
        };
        let (own, other) = (split(own), split(other));
        if !other.is_empty() && own.len() != other.len() {
            return Err(format!("has {} entries, and {} in the other language", own.len(), other.len()));
        }
        own.iter().enumerate().map(|(i, entry)| self.wording(entry, other.get(i).map_or("", String::as_str))).collect()
    }

    /// In the brief's language, and in the other where it was typed.
    fn wording(&self, own: &str, other: &str) -> Result<Wording, String> {
        if other.is_empty() {
            return Ok(Wording::One(own.to_owned()));
        }
        let language = self.language.trim();
        // A first language that cannot be read is named by the brief's own check.
        let Ok(first) = (if language.is_empty() { "en" } else { language }).parse::<Locale>() else {
            return Ok(Wording::One(own.to_owned()));
        };
        match self.other_language.trim().parse::<Locale>() {
            Ok(second) if second != first => {
                Ok(Wording::ByLocale([(first, own.to_owned()), (second, other.to_owned())].into()))
            }
            _ => Err("is there in another language: choose above which".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(rows: &[[&str; 4]]) -> Typed {
        let column = |at: usize| rows.iter().map(|row| row[at].to_owned()).collect();
        Typed {
            language: "en".into(),
            other_language: "de".into(),
            value_kind: column(0),
            value_name: column(1),
            value_is: column(2),
            value_other: column(3),
            ..Typed::default()
        }
    }

    #[test]
    fn rows_become_the_values_of_the_api() {
        let values = typed(&[
            ["date", "event", " 2026-12-01  14:00 Europe/Berlin ", ""],
            ["date", "", "", ""],
            ["duration", "length", "45", ""],
            ["price", "fee", "49.90 EUR month", ""],
            ["number", "space", "1200 gigabyte", ""],
            ["list", "topics", "backup; recovery;", "Sicherung; Wiederanlauf"],
            ["link", "page", "https://nordwind.example/w Register now", "Jetzt anmelden"],
            ["text", "speaker", "Dr Ada Fjell", ""],
        ])
        .values()
        .unwrap();
        let wanted = serde_json::json!({
            "event": {"date": "2026-12-01", "time": "14:00", "zone": "Europe/Berlin"},
            "length": {"duration": 45},
            "fee": {"price": "49.90", "currency": "EUR", "per": "month"},
            "space": {"number": "1200", "unit": "gigabyte"},
            "topics": {"list": [{"de": "Sicherung", "en": "backup"}, {"de": "Wiederanlauf", "en": "recovery"}]},
            "page": {"link": "https://nordwind.example/w", "text": {"de": "Jetzt anmelden", "en": "Register now"}},
            "speaker": {"text": "Dr Ada Fjell"},
        });
        assert_eq!(serde_json::to_value(&values).unwrap(), wanted);
    }

    #[test]
    fn a_faulty_row_is_named_by_its_number() {
        let said = typed(&[
            ["date", "event", "2026-12-01", ""],
            ["text", "", "Ada", ""],
            ["text", "event", "Ada", ""],
            ["duration", "length", "an hour", ""],
            ["price", "fee", "49 EUR month net", ""],
            ["spell", "x", "y", ""],
            ["list", "topics", "a; b", "c"],
        ])
        .values()
        .unwrap_err();
        for wanted in [
            "row 2: needs a name",
            "row 3: `event` is the name of another row",
            "row 4: is not minutes",
            "row 5: holds `net` too much; write it as 49.90 EUR",
            "row 6: needs a kind",
            "row 7: has 2 entries, and 1 in the other language",
        ] {
            assert!(said.contains(wanted), "{wanted}: {said}");
        }
        assert!(!said.contains("row 1"), "{said}");
    }

    #[test]
    fn rows_stay_where_they_were_typed_and_there_are_always_some_to_fill() {
        assert_eq!(Typed::default().shown_values().len(), EMPTY);
        let shown = typed(&[["date", "", "", ""], ["text", "speaker", "Ada", ""]]).shown_values();
        assert_eq!((shown.len(), shown[1].name.as_str()), (2 + EMPTY, "speaker"));
        let full = typed(&[["text", "x", "y", ""]; 24]).shown_values();
        assert_eq!(full.len(), MAX_VALUES);
    }
}
