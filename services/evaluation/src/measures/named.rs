//! Drafts that name their product.

use super::{Better, Count, Measure};

pub(super) const MEASURE: Measure = Measure {
    name: "named",
    means: "drafts that name the product where their template asks for it (emails, posts, pages)",
    better: Better::More,
    reach: Some(1.0),
    count: |draft, _| {
        // Banners and ads have no room for it in each text.
        let asks = ["email", "email_sequence", "linkedin_post", "landing_page", "webinar_kit", "one_pager", "x_post"];
        if draft.error.is_some() || !asks.contains(&draft.asset_type.as_str()) {
            return Count::NOTHING;
        }
        Count::one(draft.slots.values().any(|text| text.contains(&draft.product)))
    },
};
