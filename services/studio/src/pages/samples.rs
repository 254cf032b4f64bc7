//! Every page template of this face, rendered from samples with hostile text. With `COUNTERSIGN_RENDER_PAGES=FOLDER`
//! the pages are also written there, to be looked at.

use countersign_domain::clock::Timestamp;
use countersign_domain::people::{Role, User};
use countersign_preview::{Choice, Choices, Stage, Tab, Thumb};
use countersign_session::cookies::Flash;
use countersign_session::{OnPage, Shell, Ui};
use serde::Serialize;

use super::{
    admin, asset_type, home, kit, kit_new, kits, library, me, partner, partner_new, partners, releases, types,
};
use crate::form::{FieldFaults, Typed};
use crate::view::Progress;
use crate::when::When;

const HOSTILE: &str = "<script>alert(1)</script>{{7*7}}";
const ID: &str = "01939d5c-6f2e-7c3a-9b1e-0a1b2c3d4e5f";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn when() -> When {
    When::of(Timestamp::parse("2026-11-22T21:14:00Z").unwrap())
}

fn kit_row() -> kits::KitRow {
    kits::KitRow {
        id: ID.into(),
        title: hostile(),
        product: hostile(),
        audience: hostile(),
        locales: vec!["en-US".into(), "de-DE".into()],
        by: hostile(),
        at: when(),
        state: "drafting",
        state_label: "Drafting",
        progress: Progress { done: 2, total: 6 },
        counts: vec![("drafting", "Drafting", 4), ("in_review", "In review", 2)],
    }
}

fn thumb() -> Thumb {
    Thumb { picture: false, src: hostile() }
}

fn stage(picture: bool) -> Stage {
    let tab = |current, file| Tab { name: "a4".into(), label: hostile(), href: hostile(), current, file };
    Stage {
        page: "/types/email".into(),
        keep: vec![("layout".into(), hostile())],
        whom: whom(),
        locales: vec![Choice { value: hostile(), label: hostile(), selected: true }],
        layouts: vec![tab(true, false), tab(false, false)],
        formats: vec![tab(true, false), tab(false, true)],
        src: hostile(),
        picture,
    }
}

fn whom() -> Choices {
    let choice = |selected| Choice { value: hostile(), label: hostile(), selected };
    Choices { name: hostile(), value: hostile(), worst: vec![choice(true)], partners: vec![choice(false)] }
}

fn card(state: &'static str, label: &'static str) -> kit::Card {
    let drafted = !matches!(state, "drafting" | "failed");
    kit::Card {
        id: ID.into(),
        title: "Email".into(),
        locale: "ar-EG".into(),
        market: "EG".into(),
        dir: "rtl",
        variant: 2,
        state,
        state_label: label,
        failure: (state == "failed").then(hostile),
        revision: drafted.then_some(1),
        thumb: drafted.then(thumb),
        findings: if drafted { vec![("block", 1), ("error", 2), ("warn", 3), ("info", 1)] } else { vec![] },
        lapsed: if drafted { vec![hostile()] } else { vec![] },
        review: drafted.then(|| ID.into()),
        release: (state == "released").then(|| ID.into()),
    }
}

fn fields() -> partner::ProfileFields {
    partner::ProfileFields {
        display_name: hostile(),
        address: format!("1 Street\n{HOSTILE}"),
        contact_role: hostile(),
        social_x: hostile(),
        site: "https://partner.example".into(),
        ..partner::ProfileFields::default()
    }
}

fn faults() -> FieldFaults {
    [
        ("display_name", HOSTILE),
        ("product", "is required"),
        ("markets", HOSTILE),
        ("logo", HOSTILE),
        ("logo_dark", HOSTILE),
        ("social_x", HOSTILE),
        ("name", HOSTILE),
    ]
    .map(|(name, said)| (name.to_owned(), said.to_owned()))
    .into()
}

fn release_row(state: &'static str, label: &'static str) -> releases::Row {
    releases::Row {
        id: ID.into(),
        title: hostile(),
        kind: "Email".into(),
        locale: "de-DE".into(),
        market: "DE".into(),
        state,
        state_label: label,
        at: when(),
        approver: hostile(),
        pulls: 12,
        partners: 3,
        lapsed: vec![hostile()],
    }
}

/// Every sample: template, whether it holds hostile text, and the page.
struct Gallery {
    ui: Ui,
    shell: Shell,
    shown: Vec<&'static str>,
}

impl Gallery {
    fn new() -> Self {
        let ui = Ui::new().unwrap();
        let who = OnPage {
            user: User {
                id: ID.parse().unwrap(),
                email: "x@x.example".into(),
                name: hostile(),
                roles: Role::ALL.to_vec(),
                created_at: Timestamp::from_micros(0),
                disabled_at: None,
            },
            csrf: "token".into(),
            flash: Some(Flash::good(HOSTILE)),
            path: "/kits".into(),
        };
        let shell = Shell::of(&who, HOSTILE, ui.versions());
        Self { ui, shell, shown: Vec::new() }
    }

    fn show(&mut self, template: &'static str, page: &impl Serialize) {
        let html = self.ui.render(&self.shell, template, page).unwrap_or_else(|error| panic!("{error}"));
        assert!(!html.contains("<script>alert"), "{template} lets markup through");
        assert!(
            html.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;{{7*7}}"),
            "{template} does not show its values"
        );
        assert!(!html.contains(" style="), "{template} has an inline style, which the policy forbids");
        for handler in [" onclick=", " onsubmit=", " onload=", "javascript:"] {
            assert!(!html.contains(handler), "{template} has {handler}");
        }
        if let Ok(folder) = std::env::var("COUNTERSIGN_RENDER_PAGES") {
            let name = format!("{}-{template}", self.shown.len());
            std::fs::write(std::path::Path::new(&folder).join(name), html).unwrap();
        }
        self.shown.push(template);
    }
}

#[test]
fn every_page_is_rendered_from_samples_and_shows_hostile_text_as_text() {
    let mut gallery = Gallery::new();
    gallery.show(
        "home.html",
        &home::Home {
            name: hostile(),
            waiting: Some(3),
            more: true,
            kits: vec![kit_row()],
            dead: 2,
            lapsed: 2,
            may_brief: true,
        },
    );
    gallery.show(
        "home.html",
        &home::Home {
            name: hostile(),
            waiting: Some(0),
            more: false,
            kits: vec![],
            dead: 0,
            lapsed: 0,
            may_brief: false,
        },
    );
    gallery.show("kits.html", &kits::Kits { kits: vec![kit_row()], next: Some("c".into()), may_brief: true });
    gallery.show("kits.html", &kits::Kits { kits: vec![], next: None, may_brief: true });
    let typed = Typed {
        product: hostile(),
        messages: format!("{HOSTILE}\nmore"),
        other_messages: hostile(),
        claims: vec!["uptime".into()],
        locales: vec!["en-US".into()],
        ..Typed::default()
    };
    let claim = || kit_new::ClaimChoice {
        key: "uptime".into(),
        text: hostile(),
        product: hostile(),
        evidence: hostile(),
        markets: vec!["US".into()],
        expires: Some(when()),
    };
    let kit_new = |faults: FieldFaults, brands: Vec<(String, String)>| kit_new::KitNew {
        typed: typed.clone(),
        problem: (!faults.is_empty()).then(hostile),
        faults,
        brands,
        products: vec![hostile()],
        claims: vec![claim()],
        locales: vec!["en-US".into(), "de-DE".into()],
        asset_types: vec![("email".into(), "Email".into()), ("x_post".into(), "X post".into())],
        values: vec![crate::form::Row { kind: "text".into(), name: hostile(), value: hostile(), other: hostile() }],
        value_kinds: crate::form::KINDS,
        tones: kit_new::TONES,
        languages: kit_new::LANGUAGES,
    };
    gallery.show("kit-new.html", &kit_new(FieldFaults::new(), vec![]));
    gallery.show("kit-new.html", &kit_new(faults(), vec![("a".into(), hostile()), ("b".into(), hostile())]));
    let states = [("drafting", "Drafting"), ("failed", "Failed"), ("in_review", "In review"), ("released", "Released")];
    for view in ["grid", "list"] {
        let page = kit::KitPage {
            id: ID.into(),
            title: hostile(),
            state: "drafting",
            state_label: "Drafting",
            progress: Progress { done: 2, total: 4 },
            by: hostile(),
            at: when(),
            facts: vec![("Audience", hostile())],
            messages: vec![hostile()],
            claims: vec![hostile()],
            sections: vec![kit::Section {
                locale: "ar-EG".into(),
                cards: states.map(|(state, label)| card(state, label)).into(),
            }],
            view,
            whom: whom(),
            other_view: "/kits".into(),
            translate: kit::Translate {
                sources: vec!["en-US".into()],
                targets: vec!["en-US".into(), "de-DE".into()],
                may_import: true,
                faults: vec![hostile()],
            },
        };
        gallery.show("kit.html", &page);
    }
    gallery.show(
        "types.html",
        &types::Types {
            types: vec![types::TypeCard {
                name: "email".into(),
                title: hostile(),
                description: hostile(),
                channel: hostile(),
                formats: vec!["html", "text"],
                languages: vec!["en".into(), "ar".into()],
                layouts: 3,
                thumb: thumb(),
            }],
        },
    );
    for picture in [true, false] {
        let slot = |required, from| asset_type::SlotRow {
            name: "subject".into(),
            title: hostile(),
            limit: hostile(),
            guide: hostile(),
            required,
            from,
        };
        gallery.show(
            "type.html",
            &asset_type::TypePage {
                name: "email".into(),
                title: hostile(),
                description: hostile(),
                channel: hostile(),
                medium: hostile(),
                edition: hostile(),
                languages: vec!["en".into()],
                notice: true,
                stage: stage(picture),
                groups: vec![asset_type::SlotGroup {
                    title: hostile(),
                    slots: vec![slot(true, None), slot(false, Some(hostile()))],
                }],
            },
        );
    }
    gallery.show(
        "partners.html",
        &partners::Partners {
            partners: vec![partners::Row {
                id: ID.into(),
                name: hostile(),
                slug: "slug".into(),
                kind: "Reseller",
                tier: hostile(),
                markets: "DE".into(),
                locales: "de-DE".into(),
                active: true,
                logo: false,
            }],
        },
    );
    gallery.show(
        "partner-new.html",
        &partner_new::PartnerNew {
            typed: partner_new::Typed { slug: hostile(), profile: fields(), ..partner_new::Typed::default() },
            faults: faults(),
            problem: Some(hostile()),
            brands: vec![("a".into(), hostile()), ("b".into(), hostile())],
            kinds: partner_new::kinds(),
        },
    );
    gallery.show(
        "partner.html",
        &partner::PartnerPage {
            id: ID.into(),
            name: hostile(),
            slug: "slug".into(),
            kind: "Reseller",
            active: true,
            ticked: true,
            typed: fields(),
            version: 3,
            faults: faults(),
            problem: Some(hostile()),
            tier: hostile(),
            certified_until: hostile(),
            certification: partner::Certification { state: "active", text: hostile() },
            tiers: vec![hostile()],
            markets: "DE".into(),
            locales: "de-DE".into(),
            place: "sha256:00".into(),
            logo: Some("0a1b2c3d".into()),
            logo_dark: Some("0a1b2c3d".into()),
            vector: true,
            contrast: "4.5".into(),
            keys: vec![partner::KeyRow {
                id: ID.into(),
                name: hostile(),
                prefix: "cs_partner_ab".into(),
                at: when(),
                expires: Some(when()),
                revoked: None,
            }],
            statement: Some(("rejected", hostile())),
            shows: vec![partner::Shows { title: hostile(), options: vec![("sample:email".into(), hostile())] }],
        },
    );
    gallery.show(
        "secret.html",
        &partner::Shown {
            what: "API key",
            whose: hostile(),
            secret: "cs_partner_x".into(),
            use_it: "Authorization: Bearer".into(),
            back: "/partners".into(),
        },
    );
    gallery.show(
        "releases.html",
        &releases::Releases {
            releases: vec![release_row("live", "Live")],
            show: "all",
            lapsed: 1,
            next: Some("c".into()),
        },
    );
    let release = |state, label, recall| releases::ReleasePage {
        row: release_row(state, label),
        kit: ID.into(),
        digest: "sha256:00".into(),
        product: hostile(),
        audience: hostile(),
        channel: "email".into(),
        ended: Some(when()),
        recall,
        overrides: vec![releases::Stood { rule: hostile(), slot: hostile(), message: hostile(), reason: hostile() }],
        feedback: vec![releases::Said { partner: hostile(), kind: "Useful", comment: hostile(), at: when() }],
        reason: hostile(),
        fault: Some(hostile()),
        stage: stage(false),
    };
    gallery.show("release.html", &release("live", "Live", None));
    let pulled =
        releases::Pulled { name: hostile(), slug: "slug".into(), pulls: 4, last: Some(when()), acknowledged: None };
    let recall = releases::Recall { reason: hostile(), at: when(), by: hostile(), partners: vec![pulled] };
    gallery.show("release.html", &release("recalled", "Recalled", Some(recall)));
    gallery.show(
        "library.html",
        &library::Library {
            brand: "a".into(),
            brand_name: hostile(),
            brands: vec![("a".into(), hostile()), ("b".into(), hostile())],
            claims: vec![library::ClaimRow {
                key: "uptime".into(),
                product: "fjord".into(),
                texts: vec![("en".into(), hostile()), (String::new(), hostile())],
                evidence: hostile(),
                markets: vec![],
                expires: Some(when()),
                expired: true,
            }],
            files: vec![library::File {
                name: hostile(),
                count: 70,
                passages: vec![library::PassageRow {
                    text: hostile(),
                    heading: hostile(),
                    locale: "de".into(),
                    market: String::new(),
                    product: hostile(),
                    until: Some(when()),
                }],
            }],
            passages: 70,
            may_import: true,
            fault: Some(hostile()),
        },
    );
    gallery.show(
        "me.html",
        &me::Me {
            name: hostile(),
            email: hostile(),
            roles: vec!["marketer"],
            faults: faults(),
            days: "90".into(),
            max_days: 365,
            token_name: hostile(),
        },
    );
    gallery.show(
        "admin-users.html",
        &admin::Users {
            users: vec![admin::UserRow {
                id: ID.into(),
                name: hostile(),
                email: hostile(),
                roles: vec!["reviewer"],
                at: when(),
                disabled: None,
                me: false,
            }],
            typed: admin::UserPost { name: hostile(), ..admin::UserPost::default() },
            faults: faults(),
            roles: vec!["marketer", "reviewer", "admin"],
        },
    );
    gallery.show(
        "admin-jobs.html",
        &admin::Jobs {
            queued: 1,
            leased: 1,
            done: 7,
            dead: vec![admin::JobRow {
                id: ID.into(),
                what: "Draft".into(),
                attempts: 5,
                error: hostile(),
                at: when(),
            }],
        },
    );
    gallery.show(
        "admin-audit.html",
        &admin::Audit {
            rows: vec![admin::AuditLine {
                seq: 1,
                at: when(),
                who: hostile(),
                action: "kit.created".into(),
                subject: ID.into(),
                detail: hostile(),
            }],
            subject: hostile(),
            action: hostile(),
            next: Some("c".into()),
        },
    );

    let elsewhere = |name: &str| name.starts_with('_') || name.starts_with("review") || name.starts_with("docs");
    let of_session = ["base.html", "sign-in.html", "error.html", "again.html"];
    for (name, _) in countersign_session::ui::templates() {
        assert!(
            elsewhere(name) || of_session.contains(&name) || gallery.shown.contains(&name),
            "{name} has no sample here"
        );
    }
}
