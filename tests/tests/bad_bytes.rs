//! Bytes that nobody should send, over HTTP: logos, translations, locales, names and layouts. Each is refused with what to
//! do; nothing of it is kept or run, and nothing is a fault of ours.

use countersign_tests::{Api, Reply, Service};
use serde_json::{Value, json};

#[test]
fn what_cannot_be_taken_is_refused_and_never_a_fault_of_ours() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::sample(data.path());
    let api = service.api();
    let marketer = api.sign_in("marketer");
    let kit = marketer.get("/api/v1/kits").expect(200).json()["items"][0]["id"].as_str().unwrap().to_owned();
    let _ = marketer.drafted(&kit);
    logos(&marketer);
    translations(&marketer, &kit);
    locales_and_names(&marketer, &api.partner());
    layouts(&api, &kit);
    assert!(service.stop(), "it still stands, and stops cleanly when asked");
}

fn problem(reply: &Reply, status: u16, told: &str) {
    assert_eq!(
        (reply.status, reply.header("content-type").as_str()),
        (status, "application/problem+json"),
        "{}",
        reply.text()
    );
    assert!(reply.text().contains(told), "{told}: {}", reply.text());
}

/// A chunk of a PNG, with its CRC-32, bit by bit.
fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    };
    let said = [&kind[..], data].concat();
    let sum: u32 = !said.iter().fold(!0, step);
    [&u32::try_from(data.len()).unwrap().to_be_bytes()[..], &said, &sum.to_be_bytes()].concat()
}

/// A PNG's signature and header, which is all that a bomb needs.
fn header(width: u32, height: u32) -> Vec<u8> {
    let data = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &data)].concat()
}

/// A picture of 40 × 20 that begins as an animation does.
fn animation() -> Vec<u8> {
    // 20 rows of a filter and 40 pixels, in one stored block of deflate.
    let rows = [&[0_u8][..], &[12, 80, 120, 255].repeat(40)].concat().repeat(20);
    let length = u16::try_from(rows.len()).unwrap();
    let (low, high) = rows.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    let stored = [&[1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), &rows].concat();
    let data = [&[0x78, 1][..], &stored, &((high << 16) | low).to_be_bytes()].concat();
    let control = chunk(b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]);
    [header(40, 20), control, chunk(b"IDAT", &data), chunk(b"IEND", b"")].concat()
}

fn svg(inner: &str) -> Vec<u8> {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 80 20\">{inner}</svg>").into_bytes()
}

/// A frame header of four components: CMYK.
const CMYK: &[u8] = b"\xff\xd8\xff\xc0\0\x14\x08\0\x0c\0\x18\x04\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0\xff\xd9";

fn logos(marketer: &Api) {
    let partners = marketer.get("/api/v1/partners").expect(200).json();
    let partner = partners.as_array().unwrap().iter().find(|partner| partner["slug"] == "rackandroll").unwrap();
    let page = format!("/partners/{}", partner["id"].as_str().unwrap());
    let read = || marketer.get(&format!("/api/v1{page}/profile")).expect(200).json();
    let before = read();
    let laughs = b"<!DOCTYPE svg [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><text>&b;</text></svg>";
    let uses: String = (1..40)
        .map(|n| format!("<g id=\"g{n}\"><use xlink:href=\"#g{0}\"/><use xlink:href=\"#g{0}\"/></g>", n - 1))
        .collect();
    let bomb = svg(&format!("<g id=\"g0\"><path d=\"M0 0h9v9z\"/></g>{uses}"));
    let refused: [(&str, &[u8], &str); 10] = [
        ("a bomb of pixels", &header(60_000, 60_000), "pixels"),
        ("a sliver", &header(1, 20_000), "20000"),
        ("an animation", &animation(), "animated"),
        ("a GIF", b"GIF89a\x01\0\x01\0", "GIF"),
        ("CMYK", CMYK, "CMYK"),
        ("entities", laughs, "DOCTYPE"),
        ("uses of uses", &bomb, "too complex"),
        ("cut off", &header(40, 20), "damaged"),
        ("nothing", b"", "choose a file"),
        ("five megabytes", &vec![b' '; 5 << 20], "bytes"),
    ];
    for (what, bytes, told) in refused {
        let reply = marketer.upload(&page, &format!("{page}/logo"), "logo", bytes);
        assert_eq!(reply.status, 422, "{what}: {}", reply.text());
        assert!(reply.text().contains(told), "{what}, {told}: {}", reply.text());
    }
    assert_eq!(read(), before, "nothing was kept");
    // What is not drawn is not kept either: the picture is, the script is not.
    let script = svg("<script>alert(1)</script><path onclick=\"alert(2)\" fill=\"#0b5c6b\" d=\"M4 4h72v12H4z\"/>");
    let taken = marketer.upload(&page, &format!("{page}/logo"), "logo", &script);
    assert_eq!(taken.status, 303, "{}", taken.text());
    let vector = read()["logo_vector"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    assert_eq!(marketer.get(&format!("/logos/{vector}.png")).status, 404, "no SVG goes out as a PNG");
    let logo = marketer.get(&format!("{page}/logo")).expect(200);
    assert!(logo.bytes.starts_with(b"\x89PNG") && !logo.text().contains("alert"));
}

fn translations(marketer: &Api, kit: &str) {
    let path = format!("/api/v1/kits/{kit}/xliff");
    let good = marketer.get(&format!("{path}?source=en-US&target=de-DE")).expect(200).text();
    let send = |body: &[u8]| marketer.post_document(&path, "application/xliff+xml", body);
    let before = marketer.get(&format!("/api/v1/kits/{kit}")).expect(200).json();
    let doctype = good.replacen("<xliff", "<!DOCTYPE xliff [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><xliff", 1);
    problem(&send(doctype.as_bytes()), 422, "DOCTYPE");
    for end in [0, 1, 40, good.len() / 2, good.len() - 3] {
        let end = (0..=end).rev().find(|end| good.is_char_boundary(*end)).unwrap();
        let reply = send(&good.as_bytes()[..end]);
        assert!((400..500).contains(&reply.status), "{end}: {} {}", reply.status, reply.text());
        problem(&reply, reply.status, "detail");
    }
    // Just over the limit, so that the whole of it is on its way before the answer comes.
    problem(&send(&vec![b' '; (4 << 20) + 1]), 413, "too-large");
    problem(&send(b"\xff\xfe\x00\xd8"), 422, "");
    problem(&marketer.post_document(&path, "text/html", good.as_bytes()), 415, "");
    for (source, target) in [("de_DE", "en-US"), ("en-US", "%00"), ("en-US", "x%22%3E"), ("en-US", &"x".repeat(9000))] {
        let reply = marketer.get(&format!("{path}?source={source}&target={target}"));
        problem(&reply, 422, "");
    }
    let after = marketer.get(&format!("/api/v1/kits/{kit}")).expect(200).json();
    assert_eq!(after["assets"], before["assets"], "nothing was taken");
    let unchanged = send(good.as_bytes()).expect(200).json();
    assert!(unchanged["files"].as_array().unwrap().iter().all(|file| file["fate"] == "unchanged"), "{unchanged:#}");
}

fn locales_and_names(marketer: &Api, partner: &Api) {
    let long = "n".repeat(400);
    let brief = |change: &dyn Fn(&mut Value)| {
        let mut brief = json!({"product": "vault", "locales": ["en-US"], "asset_types": ["x_post"]});
        change(&mut brief);
        marketer.post("/api/v1/kits", &brief)
    };
    for garbage in ["", "de_DE", "\u{202e}ed", "en-US\u{0}", "../../x", "{{7*7}}", "en--US", "💥", &long] {
        problem(&brief(&|brief| brief["locales"] = json!([garbage])), 422, "/locales/0");
        let form = json!({
            "slug": "bad", "kind": "var", "tier": "gold", "markets": ["US"], "locales": [garbage],
            "profile": {"display_name": "Bad", "site": "https://bad.example"}
        });
        let reply = marketer.post("/api/v1/partners", &form);
        problem(&reply, 422, "");
    }
    for garbage in ["de_DE", "%E2%80%AEed", "%00", "..%2F..%2Fx", &long] {
        problem(&partner.get(&format!("/partner/v1/assets?locale={garbage}")), 400, "locale");
        problem(&partner.get(&format!("/partner/v1/campaigns/x/archive?market={garbage}")), 400, "market");
    }
    for field in ["product", "audience", "campaign"] {
        let reply = brief(&|brief| brief[field] = json!(long));
        problem(&reply, 422, &format!("/{field}"));
    }
    let partners = marketer.get("/api/v1/partners").expect(200).json();
    let place = partners[0]["url"].as_str().unwrap();
    for field in ["display_name", "contact_role", "phone"] {
        let reply = marketer.change(&format!("{place}/profile"), |profile| profile[field] = json!(long));
        problem(&reply, 422, &format!("/{field}"));
    }
}

fn layouts(api: &Api, kit: &str) {
    let _ = api.approve_all(kit);
    let partner = api.partner();
    let assets = partner.get("/partner/v1/assets").expect(200).json();
    let base = format!("/partner/v1/assets/{}/renditions", assets["items"][0]["id"].as_str().unwrap());
    for layout in ["../../x", "..%2F..%2Fx", "%00", "", "main%0d%0aset-cookie:%20a=b", "{{7*7}}", &"l".repeat(10_000)] {
        let layout = layout.replace('{', "%7B").replace('}', "%7D");
        for format in ["html", "zip"] {
            let reply = partner.get(&format!("{base}/{format}?layout={layout}"));
            problem(&reply, 404, "detail");
            assert!(reply.bytes.len() < 1_000 && reply.header("set-cookie").is_empty());
        }
    }
    problem(&partner.get(&format!("{base}/html?layout=%FF")), 404, "");
    problem(&partner.get(&format!("{base}/html?layuot=main")), 400, "layuot");
    for format in ["..%2F..%2Fx", "%00", &"f".repeat(10_000)] {
        problem(&partner.get(&format!("{base}/{format}")), 404, "");
    }
}
