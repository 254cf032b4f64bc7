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
