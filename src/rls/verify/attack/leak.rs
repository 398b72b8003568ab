//! Owns the attack on the next transaction: what the kit's own entry point sets must end with the transaction that set
//! it. This is the one transaction that is committed, since only a commit can leak; it is read-only and holds nothing
//! else.

use super::context::{Cast, Part, Tenant};
use super::session::{AttackOutcome, Session, Statement};
use crate::rls::verify::catalog::Role;
use crate::rls::verify::code::Code;
use crate::rls::verify::context::CLAIMS_SETTING;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// Sets claims as a role does, commits, and looks what is left.
pub(super) async fn attack(
    scope: &Scope<'_>,
    roles: &[&Role],
    cast: &Cast,
    session: &mut Session,
    findings: &mut Findings,
) -> Result<(), sqlx::Error> {
    let schema = &scope.settings.schema;
    let entry = scope.catalog.functions.iter().find(|function| {
        function.schema == *schema && function.name == "set_claims" && function.arguments.contains("jsonb")
    });
    let Some(entry) = entry else {
        return Ok(());
    };
    for role in roles {
        let Some(claims) = cast.member(&role.name, Tenant::Ours, Part::Owner).claims() else {
            return Ok(());
        };
        let call = format!(
            "begin read only; set local role {}; select {}({}::jsonb); commit",
            quote::identifier(&role.name),
            quote::qualified(&entry.schema, &entry.name),
            quote::literal(&claims)
        );
        session.attacks += 1;
        if session.command(&call).await.is_err() {
            session.roll_back().await?;
            let finding = Finding::new(
                Code::NotChecked,
                format!(
                    "{} could not be called: does its setting end with the transaction?",
                    entry.signature()
                ),
                format!(
                    "grant execute on function {} to {};",
                    entry.signature(),
                    quote::plain(&role.name)
                ),
            );
            findings.add(finding.on_function(entry).by(&role.name));
            continue;
        }
        let left = format!(
            "select length(coalesce(pg_catalog.current_setting({}, true), ''))::int8",
            quote::literal(CLAIMS_SETTING)
        );
        session.begin().await?;
        let outcome = session.attack_as_verifier(Statement::Count(&left)).await?;
        session.roll_back().await?;
        if matches!(outcome, AttackOutcome::Rows(1..)) {
            let finding = Finding::new(
                Code::SettingLeaks,
                format!(
                    "{} sets {CLAIMS_SETTING} for the whole session: the next transaction on a pooled connection has \
                     the last one's claims",
                    entry.signature()
                ),
                "signet rls install",
            );
            findings.add(finding.on_function(entry));
            session.command("discard all").await?;
        }
    }
    Ok(())
}
