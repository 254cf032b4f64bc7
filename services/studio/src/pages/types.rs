//! `/types`: the gallery of asset types, each with its sample as a picture.

use axum::extract::State;
use axum::response::Response;
use countersign_preview::{Address, Thumb, Whom};
use countersign_render::Template;
use countersign_session::OnPage;
use countersign_web::problem::Problem;
use serde::Serialize;

use crate::access;
use crate::state::Studio;

#[derive(Serialize)]
pub(super) struct Types {
    pub types: Vec<TypeCard>,
}

#[derive(Serialize)]
pub(super) struct TypeCard {
    pub name: String,
    pub title: String,
    pub description: String,
    pub channel: String,
    pub formats: Vec<&'static str>,
    pub languages: Vec<String>,
    /// How many things it makes.
    pub layouts: usize,
    pub thumb: Thumb,
}

pub(super) async fn show(State(studio): State<Studio>, who: OnPage) -> Result<Response, Problem> {
    access::see(&who.user)?;
    let page = Types { types: studio.templates.iter().map(card).collect() };
    Ok(studio.ui.page(&who, "Asset types", "types.html", &page))
}

fn card(template: &Template) -> TypeCard {
    let preview = Address::new(&format!("/types/{}/preview", template.name));
    TypeCard {
        name: template.name.clone(),
        title: template.title("en").to_owned(),
        description: template.description("en").to_owned(),
        channel: template.channel.clone(),
        formats: template.formats().into_iter().map(countersign_render::Format::name).collect(),
        languages: template.locales().map(str::to_owned).collect(),
        layouts: template.layouts.len(),
        thumb: Thumb::of(Some(template), &preview, &Whom::Sample),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[tokio::test]
    async fn the_gallery_shows_every_type_and_its_pictures_can_be_had() {
        let world = World::new().await;
        let page = world.page("/types", "reviewer").await;
        assert_eq!(page.status, 200);
        for template in world.studio.templates.iter() {
            assert!(page.body.contains(&format!("href=\"/types/{}\"", template.name)), "{}", template.name);
        }
        let body = page.body.replace("&#x2f;", "/");
        let thumbs = body.split("src=\"/types/").skip(1).map(|rest| rest.split('"').next().unwrap());
        let thumbs: Vec<String> = thumbs.map(|rest| format!("/types/{}", rest.replace("&amp;", "&"))).collect();
        assert_eq!(thumbs.len(), world.studio.templates.iter().count());
        for thumb in thumbs {
            assert_eq!(world.page(&thumb, "reviewer").await.status, 200, "{thumb}");
        }
        assert_eq!(world.page("/types", "nobody").await.status, 404);
    }
}
