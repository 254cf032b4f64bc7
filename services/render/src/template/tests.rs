//! Templates as they are read: what the built-in ones hold, and how a mistake in one is told.

use std::fs;
use std::path::PathBuf;

use super::*;

/// A folder of templates that goes away with the test.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    /// With a copy of the built-in `x_post`, called `name`, in which `from` of `file` is replaced by `to`.
    fn with(test: &str, name: &str, file: &str, from: &str, to: &str) -> Self {
        let root = std::env::temp_dir().join(format!("countersign-render-{}-{test}", std::process::id()));
        let target = root.join(name);
        fs::create_dir_all(target.join("locked")).unwrap();
        let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("templates/x_post");
        for path in ["template.toml", "layout.html", "layout.txt", "locked/en.toml", "locked/de.toml"] {
            let mut text = fs::read_to_string(own.join(path)).unwrap().replace("\"x_post\"", &format!("\"{name}\""));
            if path == file {
                assert!(text.contains(from), "{path} has no {from}");
                text = text.replacen(from, to, 1);
            }
            fs::write(target.join(path), text).unwrap();
        }
        Self(root)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A tag without its digest.
fn version(template: &Template) -> String {
    template.tag().split_once('+').unwrap().0.to_owned()
}

#[test]
fn a_changed_file_is_another_edition_and_a_former_one_is_learned_by_its_files() {
    let built_in = Templates::embedded().unwrap();
    let post = built_in.get("x_post").unwrap();
    let folder = Folder::with("edition", "x_post", "locked/en.toml", "\n", "\n# A word.\n");
    let changed = Templates::load(&folder.0).unwrap();
    let tag = post.tag();
    assert_ne!(changed.get("x_post").unwrap().tag(), tag, "the number is the same, the files are not");
    assert!(changed.edition("x_post", &tag).is_none());
    let shared = changed.clone();
    changed.learn("x_post", &tag, post.files().clone()).unwrap();
    assert_eq!(shared.edition("x_post", &tag).unwrap().tag(), tag, "clones know it too");
    assert!(shared.edition("email", &tag).is_none(), "an edition is its own type's");
    assert_ne!(changed.get("x_post").unwrap().tag(), tag, "drafts are still made in the current one");
    let mut forged = post.files().clone();
    forged.insert("layout.txt".into(), "Buy now! {{ slots.text }}".into());
    let error = changed.learn("x_post", "x_post@1+0000000000000000", forged).unwrap_err().to_string();
    assert!(error.contains("the files that were kept of x_post@1+0000000000000000 are those of"), "{error}");
}

#[test]
fn the_built_in_types_are_there_in_order() {
    let templates = Templates::embedded().unwrap();
    let tags: Vec<String> = templates.iter().map(version).collect();
    let names: Vec<&str> = tags.iter().map(|tag| tag.split('@').next().unwrap()).collect();
    let all = "banner email email_sequence landing_page linkedin_post meta_ad one_pager search_ad video_script webinar_kit x_post";
    assert_eq!(names.join(" "), all);
    let email = templates.get("email").unwrap();
    let slots: Vec<&str> = email.slots.iter().map(|slot| slot.name.as_str()).collect();
    assert_eq!(slots, ["subject", "preheader", "headline", "body", "cta"]);
    assert_eq!((email.title("de-AT"), email.title("sv-SE")), ("E-Mail", "Email"));
    assert_eq!(email.slot("cta").unwrap().title("de-DE"), "Schaltfläche");
    let text = templates.get("x_post").unwrap().slot("text").unwrap();
    assert_eq!(text.limit, Limit { unit: Unit::Weighted, min: 20, max: 256, shown: None, notice: false });
}

#[test]
fn free_text_of_a_draft_fits_its_slot() {
    for template in Templates::embedded().unwrap().iter() {
        for slot in &template.slots {
            // One that shows a value of the brief is not drafted, one of references alone has no words of its own, and words
            // are counted by others.
            if slot.from.is_some() || slot.limit.unit == Unit::Words {
                continue;
            }
            let pieces = slot.draft.iter().flat_map(|paragraph| &paragraph.parts);
            let longest: usize =
                pieces.map(|part| if let Part::Piece(piece) = part { piece.max_chars } else { 0 }).sum();
            assert!(longest <= slot.limit.max, "{} {}: {longest}", template.name, slot.name);
        }
    }
}

#[test]
fn a_folder_adds_a_type_and_replaces_one_of_the_same_name() {
    let folder = Folder::with("add", "mastodon_post", "template.toml", "version = 2", "version = 3");
    let templates = Templates::load(&folder.0).unwrap();
    assert_eq!(version(templates.get("mastodon_post").unwrap()), "mastodon_post@3");
    assert!(templates.get("email").is_some());

    let folder = Folder::with("replace", "x_post", "template.toml", "version = 2", "version = 7");
    assert_eq!(version(Templates::load(&folder.0).unwrap().get("x_post").unwrap()), "x_post@7");
}

#[test]
fn a_mistake_names_file_and_line() {
    let cases = [
        ("template.toml", "medium = ", "colour = 1\nmedium = ", "x_post/template.toml:4: unknown field `colour`"),
        ("template.toml", "refs = \"one\"", "refs = \"two\"", "x_post/template.toml:20: unknown variant `two`"),
        (
            "template.toml",
            "piece = \"x_hook\"",
            "piece = \"hook\"",
            "x_post/template.toml:20: there is no piece `hook`",
        ),
        ("template.toml", "min = 20", "min = 999", "x_post/template.toml:19: slot `text`: the limit must have"),
        ("template.toml", "version = 2", "version = 0", "x_post/template.toml:2: version starts at 1"),
        ("template.toml", "[pieces]", "[pieces", "x_post/template.toml:22: "),
        ("template.toml", "max_sentences = 2, ", "", "x_post/template.toml:23: piece `x_hook`: max_sentences"),
        ("locked/de.toml", "jetzt", "{phone}", "x_post/locked/de.toml:2: braces may only be"),
        ("locked/de.toml", "now = ", "then = ", "x_post/locked/en.toml: `then` stands in only one of"),
        ("layout.html", "{{ locked.preview }}", "{{ locked.preview", "x_post/layout.html:7: "),
        (
            "layout.html",
            "{{ partner.display_name }}",
            "{{ partner.nickname }}",
            "x_post/layout.html:28: undefined value",
        ),
        ("layout.txt", "{{ links.cta }}", "{{ links.shop }}", "x_post/layout.txt:1: undefined value"),
    ];
    for (number, (file, from, to, wanted)) in cases.into_iter().enumerate() {
        let folder = Folder::with(&format!("mistake-{number}"), "x_post", file, from, to);
        let error = Templates::load(&folder.0).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{error}\nwanted: {wanted}");
    }
}

#[test]
fn a_layout_cannot_switch_escaping_off() {
    for to in ["{{ words.partner | safe }}", "{% autoescape false %}{{ words.partner }}{% endautoescape %}"] {
        let folder = Folder::with("unsafe", "x_post", "layout.html", "{{ partner.display_name }}", to);
        let Ok(templates) = Templates::load(&folder.0) else { continue };
        let html = crate::render::tests::x_post_of(&templates, "<i>");
        assert!(html.contains("&lt;i&gt;") && !html.contains("<i>"), "{html}");
    }
}

#[test]
fn a_template_says_that_it_prints_the_notice_only_where_both_layouts_do() {
    let templates = Templates::embedded().unwrap();
    let without: Vec<&str> =
        templates.iter().filter(|template| !template.prints_notice).map(|template| template.name.as_str()).collect();
    assert_eq!(without, ["banner", "search_ad", "x_post"], "these have no room for it");

    let link = "{{ links.cta }}";
    let folder = Folder::with("half", "x_post", "layout.txt", link, "{{ links.cta }}\n{{ legal | join(' ') }}");
    let error = Templates::load(&folder.0).unwrap_err().to_string();
    assert!(error.starts_with("x_post/layout.html: does not print the market's notice"), "{error}");

    let folder =
        Folder::with("hidden", "x_post", "layout.txt", link, "{{ links.cta }}{% if legal and false %}x{% endif %}");
    let path = folder.0.join("x_post/layout.html");
    let html = fs::read_to_string(&path).unwrap().replace("</article>", "{{ legal }}</article>");
    fs::write(path, html).unwrap();
    let error = Templates::load(&folder.0).unwrap_err().to_string();
    assert!(error.contains("names the market's notice (`legal`) and does not print it"), "{error}");

    let limit = "max = 256";
    let folder = Folder::with("counted", "x_post", "template.toml", limit, "max = 256, notice = true");
    let error = Templates::load(&folder.0).unwrap_err().to_string();
    assert!(error.contains("slot `text` counts the market's notice, which no layout prints"), "{error}");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Templates::load(Path::new("/nowhere/templates")).unwrap_err();
    assert!(error.to_string().starts_with("/nowhere/templates: "), "{error}");
}
