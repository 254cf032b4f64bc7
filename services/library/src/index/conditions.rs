//! What of a passage is stored beside its terms, and the conditions that a query puts on it.
//!
//! Absent values are stored as values (`""`, the ends of time), so that each condition is one comparison and nothing
//! matches by being missing.

use countersign_domain::digest::Digest;
use countersign_domain::library::{Passage, PassageQuery};
use qdrant_edge::external::ordered_float::OrderedFloat;
use qdrant_edge::{Condition, FieldCondition, Filter, JsonPath, Match, PayloadSchemaType, Range};
use serde_json::{Value, json};

pub const FINGERPRINT: &str = "fingerprint";
const PRODUCT: &str = "product";
const LOCALE: &str = "locale";
const MARKET: &str = "market";
const VALID_FROM: &str = "valid_from";
const VALID_UNTIL: &str = "valid_until";

/// The fields that Qdrant indexes, so that a filter needs no look at each passage.
pub const INDEXED: [(&str, PayloadSchemaType); 5] = [
    (PRODUCT, PayloadSchemaType::Keyword),
    (LOCALE, PayloadSchemaType::Keyword),
    (MARKET, PayloadSchemaType::Keyword),
    (VALID_FROM, PayloadSchemaType::Integer),
    (VALID_UNTIL, PayloadSchemaType::Integer),
];

/// Times compare as 64-bit floats in Qdrant, which are whole microseconds up to this one (in the year 2255).
const LAST_EXACT_MICROS: i64 = 1 << 53;

/// What is stored of a passage. Its text is not: the store has it.
pub fn stored(passage: &Passage) -> Value {
    json!({
        PRODUCT: passage.product,
        LOCALE: passage.locale.as_str(),
        MARKET: passage.market.as_ref().map_or("", |market| market.as_str()),
        VALID_FROM: passage.valid_from.map_or(-LAST_EXACT_MICROS, |start| exact(start.micros())),
        VALID_UNTIL: passage.valid_until.map_or(LAST_EXACT_MICROS, |end| exact(end.micros())),
        FINGERPRINT: fingerprint(passage),
    })
}

/// Changes when anything that is indexed of a passage changes.
pub fn fingerprint(passage: &Passage) -> String {
    let market = passage.market.as_ref().map_or("", |market| market.as_str());
    let times = (passage.valid_from.map(|t| t.micros()), passage.valid_until.map(|t| t.micros()));
    let parts = json!([passage.product, passage.locale.as_str(), market, format!("{times:?}"), passage.text]);
    // Half of the digits tell a hundred thousand passages apart as surely as all of them.
    Digest::of_json(&parts).hex()[..32].to_owned()
}

/// The brand needs no condition: its passages have a shard of their own.
pub fn filter(query: &PassageQuery) -> Filter {
    let now = OrderedFloat(exact(query.now.micros()) as f64);
    Filter {
        must: Some(vec![
            one_of(PRODUCT, ["", &query.product]),
            // Locale::serves: the same tag, or the bare language for all its regions.
            one_of(LOCALE, [query.locale.as_str(), query.locale.language()]),
            one_of(MARKET, ["", query.market.as_str()]),
            range(VALID_FROM, Range { lte: Some(now), lt: None, gt: None, gte: None }),
            range(VALID_UNTIL, Range { gt: Some(now), lt: None, gte: None, lte: None }),
        ]),
        ..Filter::new()
    }
}

fn exact(micros: i64) -> i64 {
    micros.clamp(1 - LAST_EXACT_MICROS, LAST_EXACT_MICROS - 1)
}

fn one_of(field: &str, values: [&str; 2]) -> Condition {
    let mut conditions: Vec<_> = values
        .iter()
        .map(|value| Condition::Field(FieldCondition::new_match(path(field), Match::from((*value).to_owned()))))
        .collect();
    conditions.dedup();
    Condition::Filter(Filter { should: Some(conditions), ..Filter::new() })
}

fn range(field: &str, range: Range<OrderedFloat<f64>>) -> Condition {
    Condition::Field(FieldCondition::new_range(path(field), range))
}

pub fn path(field: &str) -> JsonPath {
    field.parse().expect("the names of our fields are plain JSON paths")
}
