//! Owns the checks of roles: no application role may be one that policies do not bind, nor become one.

use std::collections::BTreeSet;

use crate::rls::verify::catalog::{Oid, Role};
use crate::rls::verify::code::Code;
use crate::rls::verify::finding::{Finding, Findings};
use crate::rls::verify::quote;
use crate::rls::verify::scope::Scope;

/// Checks every application role, and who logs in to become one.
pub(super) fn check(scope: &Scope<'_>, findings: &mut Findings) {
    if scope.roles.is_empty() {
        findings.add(Finding::new(
            Code::NotChecked,
            "no role but the tables' owner holds rights on them, so nobody's view of them was tried: name the \
             application's roles with --as",
            "create role <application>;\ngrant select on <table> to <application>;",
        ));
    }
    let owners: BTreeSet<Oid> = scope.subjects.iter().map(|subject| subject.table.owner).collect();
    let logins = scope.catalog.roles.values().filter(|role| {
        role.login
            && !role.superuser
            && !owners.contains(&role.oid)
            && scope
                .roles
                .iter()
                .any(|known| role.member_of.contains(&known.oid))
    });
    for role in scope.roles.iter().copied().chain(logins) {
        attributes(role, findings);
    }
    for role in &scope.roles {
        memberships(scope, role, &owners, findings);
    }
}

fn attributes(role: &Role, findings: &mut Findings) {
    let name = quote::plain(&role.name);
    if role.superuser {
        findings.add(
            Finding::new(
                Code::RoleSuperuser,
                format!("{name} is a superuser: no policy binds it"),
                format!("alter role {name} nosuperuser;"),
            )
            .by(&role.name),
        );
    }
    if role.bypasses {
        findings.add(
            Finding::new(
                Code::RoleBypasses,
                format!("{name} bypasses row-level security"),
                format!("alter role {name} nobypassrls;"),
            )
            .by(&role.name),
        );
    }
}

fn memberships(scope: &Scope<'_>, role: &Role, owners: &BTreeSet<Oid>, findings: &mut Findings) {
    let name = quote::plain(&role.name);
    if owners.contains(&role.oid) {
        findings.add(
            Finding::new(
                Code::RoleOwnsTable,
                format!("{name} owns tables that it should only use: it can lift their policies"),
                format!("reassign owned by {name} to <owner>;"),
            )
            .by(&role.name),
        );
    }
    for above in role
        .member_of
        .iter()
        .filter_map(|oid| scope.catalog.roles.get(oid))
    {
        let code = if above.is_mighty() {
            Code::RoleMemberOfMighty
        } else if owners.contains(&above.oid) {
            Code::RoleOwnsTable
        } else {
            continue;
        };
        let other = quote::plain(&above.name);
        let why = if above.is_mighty() {
            "whom no policy binds"
        } else {
            "who owns tables and can lift their policies"
        };
        findings.add(
            Finding::new(
                code,
                format!("{name} is a member of {other}, {why}"),
                format!("revoke {other} from {name};"),
            )
            .by(&role.name),
        );
    }
}

/// Settings that give a role or the database a context before anybody has said who is asking.
pub(super) fn check_defaults(scope: &Scope<'_>, findings: &mut Findings) {
    for default in &scope.catalog.defaults {
        let Some((setting, value)) = default.setting.split_once('=') else {
            continue;
        };
        if value.is_empty() || !scope.names.settings().any(|known| known == setting) {
            continue;
        }
        let whose = match (&default.role, &default.database) {
            (Some(role), Some(database)) => {
                format!(
                    "role {} in database {}",
                    quote::plain(role),
                    quote::plain(database)
                )
            }
            (Some(role), None) => format!("role {}", quote::plain(role)),
            (None, Some(database)) => format!("database {}", quote::plain(database)),
            (None, None) => "role all".to_owned(),
        };
        findings.add(Finding::new(
            Code::SettingDefault,
            format!(
                "{setting} has a value from the start for {whose}: a session that says nothing is somebody"
            ),
            format!("alter {whose} reset {setting};"),
        ));
    }
}
