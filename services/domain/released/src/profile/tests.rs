//! What a profile takes as it is, what it refuses, and what its digest covers.

use super::*;

fn good() -> Profile {
    Profile { display_name: "Nordlicht".into(), site: "https://nordlicht.example".into(), ..Profile::default() }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(0).plus_seconds(seconds)
}

#[test]
fn a_small_profile_is_enough() {
    assert_eq!(good().validate(), Ok(()));
}

#[test]
fn names_with_markup_and_template_syntax_are_names() {
    for name in ["<b>\"O'Neil\" {{x}} & Söhne</b> 🚀", "{{template}}", "{% raw %}", "Ray's \"IT\" \\ Co", "👩🏽‍💻 Coders"]
    {
        let profile = Profile { display_name: name.into(), contact_role: name.into(), ..good() };
        assert_eq!(profile.validate(), Ok(()), "{name}");
        assert_eq!(profile.value(PartnerField::ContactRole), name);
    }
}

#[test]
fn every_fault_is_named_at_once() {
    let profile = Profile {
        display_name: "a\u{202E}b".into(),
        legal_name: "x".repeat(400),
        site: "javascript:alert(1)".into(),
        contact_role: "Sales\nSupport".into(),
        privacy_url: "https://user:pw@host.example".into(),
        unsubscribe_url: "https://127.0.0.1/x".into(),
        email: "nobody".into(),
        phone: "call me".into(),
        socials: [(SocialNetwork::X, "https://evil.example/x.com".to_owned())].into(),
        time_zone: "CET".into(),
        ..Profile::default()
    };
    let errors = profile.validate().expect_err("all of it is wrong");
    let parts: Vec<_> = errors.iter().map(|error| error.part.to_string()).collect();
    let wanted = [
        "display_name",
        "legal_name",
        "phone",
        "email",
        "site",
        "contact_role",
        "privacy_url",
        "unsubscribe_url",
        "socials/x",
        "time_zone",
    ];
    assert_eq!(parts, wanted);
    assert!(errors[1].reason.contains("has 400 characters; 120 at most"), "{}", errors[1]);
}

#[test]
fn a_link_is_as_long_as_a_layout_can_bear() {
    let link = |chars: usize| format!("https://x.com/{}", "a".repeat(chars - 14));
    let on_x = |chars| Profile { socials: [(SocialNetwork::X, link(chars))].into(), ..good() }.validate();
    assert_eq!(on_x(200), Ok(()));
    let said = on_x(201).expect_err("too long")[0].to_string();
    assert_eq!(said, "socials/x has 201 characters; 200 at most");
}

#[test]
fn joiners_stay_where_they_shape_a_script_and_go_where_they_only_hide() {
    for word in ["می\u{200C}خواهم", "क्\u{200D}ष", "ශ්\u{200D}රී", "❤\u{FE0F}\u{200D}🔥"] {
        assert_eq!(Profile { display_name: word.into(), ..good() }.validate(), Ok(()), "{word}");
    }
    for word in ["pay\u{200D}pal", "a\u{200B}b", "\u{200D}a", "ab\u{200C}", "a\u{200F}b", "می\u{200C}\u{200D}خواهم"]
    {
        assert!(Profile { display_name: word.into(), ..good() }.validate().is_err(), "{word:?}");
    }
}

#[test]
fn an_address_of_any_country_is_taken_as_it_is_written_there() {
    for address in [
        "〒100-0005\n東京都千代田区丸の内1丁目9番1号\nサンプルビル 12階",
        "مبنى ٧١٢٣، طريق الملك فهد\nحي العليا\nالرياض ١٢٢١١-٤٥٦٧\nالمملكة العربية السعودية",
        "फ्लैट सं. 4/ए, नमूना भवन\n12, महात्मा गांधी मार्ग\nनई दिल्ली – 110001\nभारत",
        "Av. Paulista, 900 – 12º andar, conj. 1203\nBela Vista\nSão Paulo – SP\n01310-100\nBrasil",
        "Unit 4, Sampleton Business Park\nBallymore\nCo. Wicklow\nA98 X0X0\nÉire",
        "Budapest\nMinta utca 12–14. II. em. 3.\n1051\nMagyarország",
        "Speicherkai 700\n20457 Hamburg",
        "4800 Sample Creek Road, Suite 210\nAustin, TX 78700",
        "12 rue de l’Exemple\nBP 40012\n75001 PARIS CEDEX 01\nFrance",
        "서울특별시 종로구 예시로 12, 3층 (견본동)\n03000",
        "中国上海市浦东新区样本路 88 号 5 楼\n邮编 200000",
        "ул. Примерная, д. 12, корп. 3, оф. 45\nг. Москва\n101000",
        "רחוב הדוגמה 12, קומה 3\nתל אביב-יפו 6100000",
        "Οδός Παραδείγματος 12\n105 57 Αθήνα\nΕλλάδα",
        "99/1 ถนนตัวอย่าง แขวงสีลม เขตบางรัก\nกรุงเทพมหานคร 10500",
        "شرکت نمونه، خیابان آزادی\nکوچهٔ می\u{200C}نویسم، پلاک ۱۲\nتهران ۱۱۳۶۹",
    ] {
        assert_eq!(Profile { address: address.into(), ..good() }.validate(), Ok(()), "{address}");
    }
    let seven = Profile { address: ["x"; 7].join("\n"), ..good() }.validate().expect_err("too many lines");
    assert_eq!(seven[0].to_string(), "address has 7 lines; 6 at most");
}

#[test]
fn digests_of_profiles_that_were_written_before_stay_what_they_were() {
    let json = concat!(
        r#"{"address":"","description":"","display_name":"Nordlicht","email":"","legal_name":"","logo":null,"phone":"","#,
        r#""privacy_url":"","site":"https://nordlicht.example","unsubscribe_url":""}"#
    );
    assert_eq!(crate::digest::canonical_json(&good()), json);
    assert_eq!(serde_json::from_str::<Profile>(json).expect("as it was stored"), good());
    let digest = "sha256:1d78c412027a21a214bc1487b19464560c4773d8146a4b72b933ca5c6522f336";
    assert_eq!(good().digest().as_str(), digest);
}

#[test]
fn a_full_profile_reads_back() {
    let profile = Profile {
        contact_role: "Head of sales".into(),
        socials: [(SocialNetwork::Xing, "https://www.xing.com/pages/nordlicht".to_owned())].into(),
        time_zone: "Europe/Berlin".into(),
        logo_dark: Some(Digest::of_bytes(b"dark")),
        logo_vector: Some(Digest::of_bytes(b"vector")),
        ..good()
    };
    assert_eq!(profile.validate(), Ok(()));
    let json = crate::digest::canonical_json(&profile);
    assert_eq!(serde_json::from_str::<Profile>(&json).expect("our own JSON"), profile);
}

#[test]
fn a_badge_holds_until_its_date_and_changes_the_digest() {
    let badge = |tier: &str, until, now| good().certified(tier, until, at(now)).badge;
    assert_eq!(badge("gold", Some(at(10)), 9), Some("gold".into()));
    assert_eq!(badge("gold", Some(at(10)), 10), None, "it lapses at its date");
    assert_eq!(badge("gold", None, 0), None, "no date is no certification");
    assert_eq!(badge("", Some(at(10)), 9), None);
    let certified = good().certified("gold", Some(at(10)), at(9));
    assert_ne!(certified.digest(), good().digest());
    assert_eq!(certified.written(), good());
    assert_eq!(certified.certified("gold", Some(at(10)), at(11)), good());
}

#[test]
fn images_are_the_logos_and_the_badge_that_holds() {
    let digest = |name: &str| Digest::of_bytes(name.as_bytes());
    let design = |name: &str| crate::release::BadgeDesign { image: Some(digest(name)), ..Default::default() };
    let brand = BrandIdentity {
        logo: Some(digest("brand")),
        badges: [("gold".to_owned(), design("gold")), ("silver".to_owned(), design("silver"))].into(),
        ..BrandIdentity::default()
    };
    let profile = Profile { logo_dark: Some(digest("dark")), logo_vector: Some(digest("vector")), ..good() };
    assert_eq!(profile.images(&brand), [&digest("brand"), &digest("dark")]);
    let profile = profile.certified("gold", Some(at(1)), at(0));
    assert_eq!(profile.images(&brand).last(), Some(&&digest("gold")));
}
