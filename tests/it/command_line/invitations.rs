//! `signet org invite` and `signet org claim-domain`, with what follows them.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::organizations::{app_with_people, say};
use super::program::tidy;
use crate::support::name_server::NameServer;

fn text(value: &Value, name: &str) -> String {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {value}"))
        .to_owned()
}

/// The token is shown once; the person joins by it, and the list shows what became of it.
#[tokio::test]
async fn an_address_is_invited_and_joins() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let invite = [
        "org",
        "invite",
        "--org",
        "acme",
        "--email",
        "petra@example.test",
        "--role",
        "admin",
    ];
    let sent = signet.json(&invite).await;
    assert_json_snapshot!(tidy(sent.clone()), @r#"
    {
      "expires_at": "[time]",
      "id": "[id]",
      "token": "[secret]"
    }
    "#);
    assert!(text(&sent, "token").starts_with("iv_0_"));
    signet.run(&invite).await.assert_refused("pending already");
    let accept = ["org", "accept-invitation", "--user", "petra", "--token-file", "-"];
    let stolen = ["org", "accept-invitation", "--user", "olaf", "--token-file", "-"];
    signet
        .run_with_input(&stolen, &text(&sent, "token"))
        .await
        .assert_refused("another address");
    signet
        .run_with_input(&accept, "iv_0_nonsense")
        .await
        .assert_refused("no token");
    let accepted = signet.json_with_input(&accept, &text(&sent, "token")).await;
    assert_json_snapshot!(tidy(accepted), @r#"
    {
      "done": "joined as admin",
      "organization_id": "[id]",
      "user_id": "[id]"
    }
    "#);
    assert_eq!(
        say(&signet, "org invitations acme").await,
        say(&signet, "org invitations --org acme").await,
        "as its siblings are asked"
    );
    assert_json_snapshot!(say(&signet, "org invitations acme").await, @r#"
    {
      "invitations": [
        {
          "accepted_by": "[id]",
          "can_create_workspaces": false,
          "created_at": "[time]",
          "email": "petra@example.test",
          "expires_at": "[time]",
          "id": "[id]",
          "invited_by": null,
          "role": "admin",
          "status": "accepted"
        }
      ]
    }
    "#);
}

/// Resending makes another token; taking back makes it useless.
#[tokio::test]
async fn an_invitation_is_resent_and_revoked() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let sent = signet
        .json(&[
            "org",
            "invite",
            "--org",
            "acme",
            "--email",
            "petra@example.test",
            "--expires",
            "1h",
        ])
        .await;
    let id = text(&sent, "id");
    let again = signet
        .json(&["org", "resend-invitation", "--org", "acme", "--id", &id])
        .await;
    assert_ne!(text(&sent, "token"), text(&again, "token"));
    let accept = ["org", "accept-invitation", "--user", "petra", "--token-file", "-"];
    signet
        .run_with_input(&accept, &text(&sent, "token"))
        .await
        .assert_refused("no such invitation");
    signet
        .json(&["org", "revoke-invitation", "--org", "acme", "--id", &id])
        .await;
    signet
        .run_with_input(&accept, &text(&again, "token"))
        .await
        .assert_refused("revoked");
    let listed = signet.run(&["org", "invitations", "acme"]).await;
    assert!(listed.output.contains("canceled"), "{}", listed.output);
    let endless = [
        "org",
        "invite",
        "--org",
        "acme",
        "--email",
        "a@b.example",
        "--expires",
        "91d",
    ];
    signet.run(&endless).await.assert_refused("90 days");
}

/// The answer says which record to publish; the configured DNS is asked for it.
#[tokio::test]
async fn a_domain_is_claimed_and_proven() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let claimed = signet
        .json(&["org", "claim-domain", "--org", "acme", "--domain", "Acme.EXAMPLE"])
        .await;
    assert_json_snapshot!(tidy(claimed.clone()), @r#"
    {
      "auto_join_paused": false,
      "auto_join_role": "member",
      "can_create_workspaces": false,
      "created_at": "[time]",
      "domain": "acme.example",
      "organization_id": "[id]",
      "proof": {
        "name": "_signet-challenge.acme.example",
        "type": "TXT",
        "value": "[secret]"
      },
      "verified_at": null
    }
    "#);
    let verify = [
        "org",
        "verify-domain",
        "--org",
        "acme",
        "--domain",
        "acme.example",
    ];
    let empty = NameServer::with(&[]).await;
    let unproven = signet.with("SIGNET_DOMAINS__DNS_SERVERS", &empty.address.to_string());
    unproven.run(&verify).await.assert_refused("is not there");
    let zone = [(text(&claimed["proof"], "name"), text(&claimed["proof"], "value"))];
    let server = NameServer::with(&[(zone[0].0.as_str(), zone[0].1.as_str())]).await;
    let proven = unproven.with("SIGNET_DOMAINS__DNS_SERVERS", &server.address.to_string());
    assert!(proven.json(&verify).await["verified_at"].is_string());
    let roles = [
        "org",
        "set-domain-role",
        "--org",
        "acme",
        "--domain",
        "acme.example",
        "--role",
        "admin",
    ];
    proven.run(&roles).await.assert_refused("neither owner nor admin");
    let listed = proven.run(&["org", "domains", "acme"]).await;
    assert!(listed.output.contains("verified"), "{}", listed.output);
    proven
        .json(&[
            "org",
            "release-domain",
            "--org",
            "acme",
            "--domain",
            "acme.example",
        ])
        .await;
    proven.run(&verify).await.assert_refused("not claimed");
}

/// Public mail, by the list that is built in and by the configured one.
#[tokio::test]
async fn public_mail_is_claimed_by_nobody() {
    let (_app, signet) = app_with_people().await;
    say(&signet, "org create --name Acme --owner olaf").await;
    let signet = signet.with("SIGNET_DOMAINS__PUBLIC_MAIL", "students.example,club.example");
    for domain in ["gmail.com", "club.example", "Students.Example"] {
        let claim = ["org", "claim-domain", "--org", "acme", "--domain", domain];
        signet
            .run(&claim)
            .await
            .assert_refused("everybody may have a mailbox");
    }
}
