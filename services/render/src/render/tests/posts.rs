//! What posts are made of beside their words: link, notice, and a length that the channel takes.

use super::*;

#[test]
fn a_linkedin_post_has_the_markets_notice_and_counts_it_against_its_slot() {
    let (content, profile) = (sample("linkedin_post", "en"), profile());
    let mut context = context("linkedin_post", "en-US");
    for format in [Format::Html, Format::Text, Format::Json] {
        let text = text_of(&context, &content, &profile, format);
        assert!(text.contains("Halvard is a trademark of Halvard Systems AS."), "{format}: {text}");
    }
    let template = TEMPLATES.get("linkedin_post").unwrap();
    let max = |template: &Template| template.slots[0].limit.max;
    let there = template.in_context(&context);
    let notice = "Halvard is a trademark of Halvard Systems AS.\nOffer for businesses only.".len();
    assert_eq!(max(&there), max(template) - notice - 2);
    assert_eq!(max(&there.in_context(&context)), max(&there), "the notice is counted once");
    context.brand.legal.clear();
    assert_eq!(max(&template.in_context(&context)), max(template));
    assert!(!text_of(&context, &content, &profile, Format::Text).contains("trademark"));
    let post = text_of(&context, &content, &profile, Format::Text);
    assert!(post.contains("with you.\n\nhttps://"), "{post}");
}

#[test]
fn the_longest_linkedin_post_holds_the_channels_limit_with_link_and_notice() {
    let mut context = context("linkedin_post", "en-US");
    context.brand.legal.insert("US".into(), "Legal words. ".repeat(30));
    let max = TEMPLATES.get("linkedin_post").unwrap().in_context(&context).slots[0].limit.max;
    let content = content(&[("post", &"x".repeat(max))]);
    let profile = Profile { site: format!("https://n.example/{}", "s".repeat(102)), ..profile() };
    assert_eq!(profile.validate(), Ok(()));
    let links = Tracking { campaign: &"c".repeat(120), asset: &"a".repeat(36), partner: &"p".repeat(60) };
    let subject = Subject { links, ..subject(&context, &content, &profile) };
    let rendition = render(&TEMPLATES, &subject, &NoBlobs, Format::Text).unwrap();
    let length = crate::count(crate::Unit::Graphemes, &String::from_utf8(rendition.bytes).unwrap());
    assert!((2_800..=3_000).contains(&length), "{length}");
}

#[test]
fn posts_end_with_the_partners_tracked_link() {
    let link = "https://www.nordlicht.example/start?ref=1&utm_source=nordlicht&utm_medium=social\
                &utm_campaign=calm-days&utm_content=0193-asset";
    let post = text_of(&context("linkedin_post", "en-US"), &sample("linkedin_post", "en"), &profile(), Format::Text);
    assert!(post.ends_with(&format!("businesses only.\n\n{link}")), "{post}");
    let tweet = text_of(&context("x_post", "en-US"), &sample("x_post", "en"), &profile(), Format::Text);
    assert!(tweet.ends_with(&format!("Nordlicht IT shows you how. {link}")), "{tweet}");
    assert!(crate::count(crate::Unit::Weighted, &tweet) <= 280);
}
