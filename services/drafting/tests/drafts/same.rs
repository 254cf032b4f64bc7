//! The same task gives the same draft, whatever else the engine is doing.

use countersign_domain::review::Draft;
use serde_json::json;

use crate::world::{World, brand, brief, task};

fn kept(draft: &Draft) -> String {
    format!("{} {:?} {:?}", draft.content.digest(), draft.origin, draft.findings)
}

#[tokio::test]
async fn the_same_task_gives_the_same_draft_alone_and_in_company() {
    let (world, other) = (World::new(), World::new());
    let brief = brief(json!({"messages": [{"en": "Pumps report wear early.", "de": "Pumpen melden Verschleiß früh."}],
        "claims": [{"text": {"en": "They run 9 years.", "de": "Sie laufen 9 Jahre."}}]}));
    let brand = brand(Default::default());
    let asked = task(&brand, &brief, "email", "en-US", 11);
    let alone = kept(&world.draft(&asked).await.unwrap());
    let between = task(&brand, &brief, "linkedin_post", "de-DE", 12);
    let (busy, fresh, again) = tokio::join!(world.draft(&between), other.draft(&asked), world.draft(&asked));
    busy.unwrap();
    assert_eq!(kept(&fresh.unwrap()), alone);
    assert_eq!(kept(&again.unwrap()), alone);
    assert_eq!(kept(&world.draft(&asked).await.unwrap()), alone, "after other drafts");
    let seeded = world.draft(&task(&brand, &brief, "email", "en-US", 13)).await.unwrap();
    assert_ne!(kept(&seeded), alone, "another seed is another draft");
}
