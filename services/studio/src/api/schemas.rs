//! Schemas of what has several forms on the wire, for the API's description.

use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema};
use utoipa::openapi::{RefOr, Type};

fn string(description: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build()
}

/// A map from BCP 47 tag to text.
pub(super) fn by_locale() -> Object {
    let text: RefOr<Schema> = ObjectBuilder::new().schema_type(Type::String).into();
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some("Text by BCP 47 tag; `de` serves every de-*"))
        .additional_properties(Some(AdditionalProperties::from(text)))
        .build()
}

/// A string in the brief's language, or a map from BCP 47 tag to text.
pub(super) fn wording() -> Schema {
    Schema::OneOf(OneOfBuilder::new().item(string("A text in the language of the whole")).item(by_locale()).build())
}

/// The messages of a brief.
pub(super) fn messages() -> Array {
    ArrayBuilder::new().items(RefOr::T(wording())).max_items(Some(countersign_domain::brief::MAX_MESSAGES)).build()
}

/// The claims of a brief.
pub(super) fn claims() -> Array {
    let full = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("text", wording())
        .required("text")
        .property("source", string("What substantiates it"))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    let one = OneOfBuilder::new()
        .item(string("The key of a claim in the library, or a text in the brief's language"))
        .item(full)
        .item(by_locale())
        .build();
    ArrayBuilder::new()
        .items(RefOr::T(Schema::OneOf(one)))
        .max_items(Some(countersign_domain::brief::MAX_CLAIMS))
        .build()
}

/// The values of a brief by name.
pub(super) fn values() -> Object {
    let whole =
        |description: &str| ObjectBuilder::new().schema_type(Type::Integer).description(Some(description)).build();
    let names = |names: Vec<&str>| names.join(", ");
    let per = names(countersign_locale::Per::ALL.map(countersign_locale::Per::name).to_vec());
    let units = names(countersign_locale::Unit::ALL.map(countersign_locale::Unit::name).to_vec());
    let text = OneOfBuilder::new()
        .item(string("An exact wording in the brief's language; with `link`, what the link says"))
        .item(by_locale());
    let one = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "One of date, duration, price, number, list, link and text; the other fields belong to one of these",
        ))
        .property("date", string("`2026-12-01`, for {{date.NAME}}"))
        .property("time", string("Of a date: `14:00`, for {{time.NAME}} and {{date_time.NAME}}"))
        .property(
            "zone",
            string(
                "Of a time: a name of the tz database, `Europe/Berlin`; readers see its name or its distance from UTC",
            ),
        )
        .property("duration", whole("Minutes, for {{duration.NAME}}"))
        .property(
            "price",
            string("`49.90`, for {{price.NAME}}; as many decimals are written as are given, a whole price without"),
        )
        .property("currency", string("Of a price: an ISO 4217 code"))
        .property("per", string(&format!("Of a price, what it is paid for: {per}")))
        .property("number", string("`1200`, for {{number.NAME}}"))
        .property("unit", string(&format!("Of a number: {units}")))
        .property("list", ArrayBuilder::new().items(RefOr::T(wording())).max_items(Some(12)))
        .property("link", string("Starts with https://, for {{link.NAME}}"))
        .property("text", Schema::OneOf(text.build()))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(
            "At most 24 values by name (a-z, 0-9, _; 30 characters), for references such as {{date.NAME}}",
        ))
        .additional_properties(Some(AdditionalProperties::from(RefOr::T(Schema::Object(one.build())))))
        .build()
}

/// `formal` or `informal` by BCP 47 tag.
pub(super) fn formality() -> Object {
    let how = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["formal", "informal"]));
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::from(RefOr::T(Schema::Object(how.build())))))
        .build()
}
