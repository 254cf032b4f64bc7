//! Links and what hangs on them.

use super::{World, rule, try_pack};

fn spans(fields: &str, text: &str) -> Vec<String> {
    World::new("en-US").slot("body", text).spans(&rule("block", fields))
}

#[test]
fn what_is_not_https_is_found_without_the_marks_around_it() {
    let https = "kind: link\nparams: {checks: [https]}";
    assert_eq!(
        spans(https, "See (http://a.example/x). FTP://b.example, https://c.example/http://x"),
        ["http://a.example/x", "FTP://b.example"]
    );
    assert_eq!(
        spans(https, "[x](javascript:alert) [y](mailto:a@b.example) [z](/docs) [v](tel:+4930)"),
        ["javascript:alert"]
    );
    assert_eq!(spans(https, "What http means; www.fjord.example; {{partner.site}}"), [""; 0]);
}

#[test]
fn hosts_are_compared_as_dns_compares_them() {
    let hosts = "kind: link\nparams: {checks: [host], hosts: [fjord.example, münchen.example]}";
    assert_eq!(
        spans(
            hosts,
            "https://FJORD.example/a https://docs.fjord.example. https://notfjord.example www.rival.example/x xn--mnchen-3ya.example/x"
        ),
        ["https://notfjord.example", "www.rival.example/x"]
    );
}

#[test]
fn addresses_and_names_of_users_are_found_in_any_writing() {
    let ip = "kind: link\nparams: {checks: [ip_address]}";
    let all = "https://192.0.2.10/a https://3221226000/b http://0xC0.0x00.2.10 https://[2001:db8::1]:8443/c 192.0.2.10:8080/d";
    assert_eq!(spans(ip, all).len(), 5);
    assert_eq!(spans(ip, "Release 10.4.2.1, net 10.0.0.0/8, https://a.example/10.0.0.1"), [""; 0]);
    let user = "kind: link\nparams: {checks: [user_info]}";
    assert_eq!(
        spans(user, "https://fjord.example@evil.example/x https://social.example/@fjord a@b.example"),
        ["https://fjord.example@evil.example/x"]
    );
}

#[test]
fn look_alikes_are_other_scripts_and_doubles_of_allowed_hosts() {
    let alike = "kind: link\nparams: {checks: [look_alike], hosts: [fjord.example]}";
    let text = "https://fj\u{43E}rd.example https://xn--80ak6aa92e.com/ https://fj0rd.example/x https://münchen.example https://other.example";
    assert_eq!(
        spans(alike, text),
        ["https://fj\u{43E}rd.example", "https://xn--80ak6aa92e.com/", "https://fj0rd.example/x"]
    );
}

#[test]
fn shorteners_are_found_without_a_scheme_too() {
    let short = "kind: link\nparams: {checks: [shortener], shorteners: [bit.ly, t.co]}";
    assert_eq!(
        spans(short, "bit.ly/abc https://go.bit.ly/x https://habit.ly/x https://t.co/y about.co/t"),
        ["bit.ly/abc", "https://go.bit.ly/x", "https://t.co/y"]
    );
}

#[test]
fn a_shown_domain_is_the_one_that_is_led_to() {
    let visible = "kind: link\nparams: {checks: [visible_target]}";
    let wrong = "[fjord.example](https://track.example/f)";
    assert_eq!(spans(visible, wrong), [wrong]);
    let amid = "[see https://www.fjord.example today](https://track.example/f)";
    assert_eq!(spans(visible, amid), [amid]);
    for fine in [
        "[fjord.example](https://www.fjord.example/x)",
        "[Node.js](https://nodejs.org)",
        "[ASP.NET](https://dotnet.example)",
        "[README.md](https://git.example)",
        "[sales@fjord.com](mailto:sales@fjord.com)",
        "![fjord.example](https://cdn.example/x.png)",
        "[our terms](https://fjord.example)",
    ] {
        assert_eq!(spans(visible, fine), [""; 0], "{fine}");
    }
}

#[test]
fn wrong_parameters_of_links_are_faults_with_their_line() {
    let fault = |params: &str| {
        let text = format!(
            "id: r\nkind: link\nseverity: warn\nmessage: m\nwhy: w\nparams: {params}\ntests: {{pass: [a], fail: [b]}}\n"
        );
        try_pack(&[("r.yaml", &text)]).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert!(fault("{checks: [host]}").contains("r.yaml:2"), "{}", fault("{checks: [host]}"));
    assert!(fault("{hosts: [\"https://a.example\"]}").contains("no host"));
    assert!(fault("{hosts: [a.example, A.example]}").contains("twice"));
    assert!(fault("{shorteners: [bit.ly], checks: [https]}").contains("none of `checks`"));
    assert!(fault("{checks: [nope]}").contains("r.yaml:6"));
}
