//! HK-05: what a function does to its session, and what it tries to tell.

use std::time::Duration;

use serde_json::{Value, json};
use signet::hook::HookError;
use signet::hook::definition::FunctionName;
use signet::hook::transport::sql::SqlTransport;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::sql;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

const HOSTILE: &str = "
    create table hooks.notes (note text);
    grant select, insert, update, delete on hooks.notes to signet_hook;
    create function hooks.set_role(event jsonb) returns jsonb language plpgsql as
        $$ begin set role signet_app; return event; end $$;
    create function hooks.reset_role(event jsonb) returns jsonb language plpgsql as
        $$ begin reset role; reset session authorization; return event; end $$;
    create function hooks.write(event jsonb) returns jsonb language plpgsql as
        $$ begin insert into hooks.notes values ('written'); return event; end $$;
    create function hooks.write_mode(event jsonb) returns jsonb language plpgsql as
        $$ begin
            perform set_config('transaction_read_only', 'off', false);
            insert into hooks.notes values ('written'); return event;
        end $$;
    create function hooks.commits(event jsonb) returns jsonb language plpgsql as
        $$ begin commit; return event; end $$;
    create function hooks.rolls_back(event jsonb) returns jsonb language plpgsql as
        $$ begin rollback; return event; end $$;
    create function hooks.reads_ours(event jsonb) returns jsonb language plpgsql stable as
        $$ begin return jsonb_build_object('claims', (select to_jsonb(u) from auth.users u limit 1)); end $$;
    create function hooks.reads_hooks(event jsonb) returns jsonb language plpgsql stable as
        $$ begin return jsonb_build_object('claims', (select to_jsonb(h) from auth.token_hooks h limit 1)); end $$;
    create function hooks.settings(event jsonb) returns jsonb language plpgsql as
        $$ begin
            perform set_config('search_path', 'hooks', false);
            perform set_config('statement_timeout', '0', false);
            perform set_config('request.jwt.claims', '{\"role\": \"admin\"}', false);
            perform pg_advisory_lock(4711);
            execute 'prepare trap as select 1';
            return '{\"claims\": {}}';
        end $$;
    create function hooks.forgets(event jsonb) returns jsonb language plpgsql as
        $$ begin execute 'deallocate all'; return '{}'; end $$;
    create function hooks.clings(event jsonb) returns jsonb language plpgsql as
        $$ begin
            for again in 1..1000 loop
                begin
                    perform pg_sleep(60);
                exception when query_canceled then
                    null;
                end;
            end loop;
            return event;
        end $$;
    create function hooks.kept(event jsonb) returns jsonb language sql as
        $$ select jsonb_build_object('statements', (
            select coalesce(jsonb_agg(statement), '[]') from pg_catalog.pg_prepared_statements where statement like '%hooks\".\"kept%')) $$;
    create function hooks.looks(event jsonb) returns jsonb language sql as
        $$ select jsonb_build_object(
            'pid', pg_catalog.pg_backend_pid(),
            'search_path', current_setting('search_path'),
            'statement_timeout', current_setting('statement_timeout'),
            'context', current_setting('request.jwt.claims', true),
            'user', current_user, 'session', session_user,
            'read_only', current_setting('transaction_read_only'),
            'prepared', (select count(*) from pg_prepared_statements where from_sql)) $$;
    create function hooks.tells(event jsonb) returns jsonb language plpgsql as
        $$ begin
            raise notice 'the address is ada@example.test';
            raise exception 'the address is %', event #>> '{client,id}' using detail = 'secret detail', hint = 'secret hint';
        end $$";

async fn run(transport: &SqlTransport, name: &str) -> Result<Value, HookError> {
    let function = FunctionName::parse(&format!("hooks.{name}")).unwrap();
    let event = json!({"claims": {}, "client": {"id": "secret words"}});
    let bytes = transport.ask(&function, &event, Duration::from_secs(5)).await?;
    Ok(serde_json::from_slice(&bytes).unwrap())
}

/// HK-05: what would change a role, end the transaction or write is refused.
#[tokio::test]
async fn hk_05_a_function_becomes_nobody_else_and_writes_nothing() {
    let app = TestApp::new().await;
    functions(&app, HOSTILE).await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    for (name, sqlstate) in [
        ("write", "25006"),
        ("write_mode", "25001"),
        ("commits", "2D000"),
        ("rolls_back", "2D000"),
    ] {
        let sqlstate = sqlstate.to_owned();
        assert_eq!(
            run(transport, name).await,
            Err(HookError::Failed { sqlstate }),
            "{name}"
        );
    }
    for (name, table) in [("reads_ours", "users"), ("reads_hooks", "token_hooks")] {
        let mend = format!("grant select on \"{table}\" to signet_hook;");
        let relation = Some(table.to_owned());
        assert_eq!(
            run(transport, name).await,
            Err(HookError::Permission { mend, relation })
        );
    }
    let refused = run(transport, "set_role").await;
    assert!(
        matches!(refused, Err(HookError::Permission { .. })),
        "{refused:?}"
    );
    // There is nothing to go back to: the session began as the hook's own role.
    assert!(run(transport, "reset_role").await.is_ok());
    let seen = run(transport, "looks").await.unwrap();
    assert_eq!(
        (&seen["user"], &seen["session"]),
        (&json!("signet_hook"), &json!("signet_hook"))
    );
    assert_eq!(count(&app, "select count(*) from hooks.notes").await, 0);
}

/// HK-05: settings, locks and prepared statements do not reach the next question.
#[tokio::test]
async fn hk_05_nothing_of_a_session_is_left_for_the_next_question() {
    let app = TestApp::with(|config| config.database.hook_pool_size = 1).await;
    functions(&app, HOSTILE).await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    let before = run(transport, "looks").await.unwrap();
    let again = run(transport, "looks").await.unwrap();
    assert_eq!(before, again, "a sound connection serves again");
    run(transport, "settings").await.unwrap();
    let after = run(transport, "looks").await.unwrap();
    assert_ne!(
        after["pid"], before["pid"],
        "a session that was prepared for others has ended"
    );
    for same in [
        "search_path",
        "statement_timeout",
        "user",
        "read_only",
        "prepared",
    ] {
        assert_eq!(after[same], before[same], "{same}");
    }
    assert_eq!(
        (&after["search_path"], &after["read_only"]),
        (&json!("\"\""), &json!("on"))
    );
    assert_eq!(after["statement_timeout"], "5s");
    assert!(after["context"].as_str().is_none_or(str::is_empty));
    assert_eq!(run(transport, "forgets").await, Ok(json!({})));
    let later = run(transport, "looks").await.unwrap();
    assert_ne!(
        later["pid"], after["pid"],
        "a session without its prepared statements has ended"
    );
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711
        and database = (select oid from pg_database where datname = current_database())";
    assert_eq!(count(&app, locks).await, 0);
}

/// A pooler may give each transaction another session: then nothing is kept in one, and the answers are the same.
#[tokio::test]
async fn a_hook_is_asked_without_statements_that_stay() {
    let app = TestApp::with(|config| config.database.pooler = true).await;
    functions(&app, HOSTILE).await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    for _ in 0..3 {
        let seen = run(transport, "kept").await.unwrap();
        assert_eq!(seen["statements"], json!([]));
    }
}

/// HK-05: what is asked about a person stands in no statement's text, which a failing call leaves in PostgreSQL's log and
/// which the role's other sessions can read.
#[tokio::test]
async fn hk_05_an_event_is_no_part_of_a_statement() {
    let app = TestApp::new().await;
    functions(
        &app,
        "create function hooks.statement(event jsonb) returns jsonb language sql as
            $$ select jsonb_build_object('text', current_query()) $$",
    )
    .await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    let seen = run(transport, "statement").await.unwrap();
    assert_eq!(
        seen["text"],
        r#"select left("hooks"."statement"($1::jsonb)::text, 65537)"#
    );
}

/// No word of an event is anything but data.
#[tokio::test]
async fn an_event_is_handed_over_as_it_is() {
    let app = TestApp::new().await;
    functions(
        &app,
        "create function hooks.echo(event jsonb) returns jsonb language sql as $$ select event $$",
    )
    .await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    let function = FunctionName::parse("hooks.echo").unwrap();
    let event = json!({"a'b": "'; drop schema hooks cascade; --", "$$": "\\' \u{1F980} \u{e9}\n", "E'": [null, 1.5e300]});
    let echoed = transport
        .ask(&function, &event, Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&echoed).unwrap(), event);
}

/// HK-05: a function that catches its own timeout ends with its client, which gives it up.
#[tokio::test]
async fn hk_05_a_function_that_clings_to_its_connection_ends() {
    let app = TestApp::with(|config| config.database.hook_pool_size = 1).await;
    functions(&app, HOSTILE).await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    let function = FunctionName::parse("hooks.clings").unwrap();
    let asked = transport
        .ask(&function, &json!({"claims": {}}), Duration::from_millis(200))
        .await;
    assert_eq!(asked, Err(HookError::Timeout));
    let clinging = "select count(*) from pg_stat_activity
        where usename = 'signet_hook' and datname = current_database() and query like '%clings%'";
    tokio::time::timeout(Duration::from_secs(20), async {
        while count(&app, clinging).await > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("PostgreSQL looks for the client twice a second");
    assert!(run(transport, "looks").await.is_ok());
}

/// HK-05: PostgreSQL's message is for the operator; a client hears one fixed text.
#[tokio::test]
async fn hk_05_what_a_function_raises_is_not_returned() {
    let app = TestApp::new().await;
    functions(&app, HOSTILE).await;
    a_hook("tells").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let reply = relying_party.exchange(&code).await;
    reply.assert_error(503, "temporarily_unavailable");
    for word in ["address", "secret", "example.test", "P0001", "tells", "hooks"] {
        assert!(!reply.body.contains(word), "{word}: {}", reply.body);
    }
    sql(&app, "delete from auth.token_hooks").await;
}
