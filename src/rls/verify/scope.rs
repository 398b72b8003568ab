//! Owns what a verification looks at: the tables with tenants' rows, the column that says whose they are, and the
//! roles that applications use.

use std::collections::BTreeSet;

use super::catalog::{Catalog, Column, Function, Oid, Policy, Privilege, Role, Table};
use super::error::VerifyError;
use super::expression::{Expression, Reader};
use super::names::Names;
use super::quote;
use super::reach::Reach;
use super::settings::Settings;

/// Everything that the checks read.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) settings: &'a Settings,
    pub(super) names: &'a Names,
    pub(super) reach: &'a Reach<'a>,
    pub(super) subjects: Vec<Subject<'a>>,
    pub(super) roles: Vec<&'a Role>,
}

/// A table that should keep tenants apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) table: &'a Table,
    /// The column that says whose a row is; none where the rows hang on others.
    pub(super) tenant: Option<&'a Column>,
}

impl<'a> Scope<'a> {
    /// Finds tables and roles.
    pub(super) fn of(
        catalog: &'a Catalog,
        settings: &'a Settings,
        names: &'a Names,
        reach: &'a Reach<'a>,
    ) -> Result<Self, VerifyError> {
        let subjects = subjects(catalog, settings);
        if subjects.is_empty() {
            return Err(VerifyError::NothingToVerify {
                tenant_column: settings.tenant_column.clone(),
            });
        }
        let mut scope = Self {
            catalog,
            settings,
            names,
            reach,
            subjects,
            roles: Vec::new(),
        };
        scope.roles = scope.application_roles()?;
        // A partition that nobody is let at is only ever read through its parent.
        let subjects = std::mem::take(&mut scope.subjects);
        scope.subjects = subjects
            .into_iter()
            .filter(|subject| subject.table.parents.is_empty() || scope.is_reachable(subject.table))
            .collect();
        Ok(scope)
    }

    fn application_roles(&self) -> Result<Vec<&'a Role>, VerifyError> {
        if !self.settings.roles.is_empty() {
            let named = self.settings.roles.iter().map(|name| {
                let role = self.catalog.roles.values().find(|role| role.name == *name);
                role.ok_or_else(|| VerifyError::NoSuchRole { role: name.clone() })
            });
            return named.collect();
        }
        let holders: BTreeSet<Oid> = self
            .subjects
            .iter()
            .flat_map(|subject| {
                let others = subject.table.grants.iter().map(|grant| grant.grantee);
                others.filter(|grantee| *grantee != subject.table.owner)
            })
            .collect();
        let mut roles: Vec<&Role> = holders
            .iter()
            .filter_map(|oid| self.catalog.roles.get(oid))
            .filter(|role| !role.superuser && !role.name.starts_with("pg_"))
            .collect();
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(roles)
    }

    /// Whether any application role has any right on it.
    pub(super) fn is_reachable(&self, table: &Table) -> bool {
        table.grants.iter().any(|grant| {
            grant.grantee == 0 || self.roles.iter().any(|role| role.has_rights_of(grant.grantee))
        })
    }

    /// The application roles that may do this with the table.
    pub(super) fn roles_with(
        &self,
        table: &'a Table,
        privilege: Privilege,
    ) -> impl Iterator<Item = &'a Role> {
        self.roles
            .iter()
            .copied()
            .filter(move |role| may(role, table, privilege))
    }

    /// The application roles that a policy judges.
    pub(super) fn judged_by(&self, policy: &Policy) -> Vec<&'a Role> {
        self.roles
            .iter()
            .copied()
            .filter(|role| policy.roles.is_empty() || policy.roles.iter().any(|one| role.has_rights_of(*one)))
            .collect()
    }

    /// Whether its rows are nobody's: it has no tenant, and neither has what it hangs on.
    pub(super) fn is_shared(&self, subject: &Subject<'_>) -> bool {
        let listed = |table: &Table| {
            let mut patterns = self.settings.tables.iter();
            patterns.any(|pattern| pattern.matches(&table.schema, &table.name))
        };
        let mut seen = BTreeSet::new();
        let mut next = vec![subject.table.oid];
        while let Some(oid) = next.pop() {
            let owned = |subject: &&Subject<'_>| subject.table.oid == oid && subject.tenant.is_some();
            if self.subjects.iter().any(|subject| owned(&subject)) {
                return false;
            }
            let above = self.catalog.table(oid).map_or(&[][..], |table| &table.references);
            next.extend(
                above
                    .iter()
                    .map(|reference| reference.target)
                    .filter(|target| seen.insert(*target)),
            );
        }
        !listed(subject.table)
    }

    /// Whether the kit is in this database.
    pub(super) fn has_kit(&self) -> bool {
        let mut functions = self.catalog.functions.iter();
        functions.any(|function| function.schema == self.settings.schema && function.name == "tier_at_least")
    }

    /// The application roles that may call a function.
    pub(super) fn callers(&self, function: &Function) -> Vec<&'a Role> {
        let may = |role: &&&Role| function.callers.iter().any(|caller| role.has_rights_of(*caller));
        self.roles.iter().filter(may).copied().collect()
    }

    /// The name of a role.
    pub(super) fn role_name(&self, oid: Oid) -> &str {
        self.catalog.roles.get(&oid).map_or("public", |role| &role.name)
    }

    /// Whether no policy of the table binds this role, be it as its owner.
    pub(super) fn escapes(&self, role: Oid, table: &Table) -> bool {
        self.catalog.escapes(role, table)
    }

    /// Whether a restrictive policy asks for the tenant, whatever the permissive ones let through.
    pub(super) fn is_restricted(&self, subject: &Subject<'_>) -> bool {
        let Some(tenant) = subject.tenant else {
            return false;
        };
        let restricts = |policy: &Policy| {
            let reader = self.reader(subject.table, policy);
            let mut texts = policy.expressions().map(Expression::parse);
            texts.any(|text| text.names_column(&tenant.name, &reader))
        };
        let mut policies = subject.table.policies.iter();
        policies.any(|policy| !policy.permissive && restricts(policy))
    }

    /// What the names in a policy mean.
    pub(super) fn reader<'p>(&'p self, table: &'p Table, policy: &'p Policy) -> Reader<'p> {
        Reader::of_policy(self.names, table, policy, self.reach.looked_into(policy))
    }

    /// The condition that a policy of this table should have.
    pub(super) fn condition(&self, subject: &Subject<'_>) -> String {
        let schema = quote::plain(&self.settings.schema);
        let Some(tenant) = subject.tenant else {
            return "<condition>".to_owned();
        };
        let column = quote::plain(&tenant.name);
        match tenant.base.as_str() {
            "uuid" => format!("{column} = (select {schema}.org_id_uuid())"),
            _ if tenant.is_text() => format!("{column} = (select {schema}.org_id())"),
            _ => format!("{column}::text = (select {schema}.org_id())"),
        }
    }
}

/// The roles' names for `to …`, or a place to write them.
pub(super) fn listed(roles: &[&Role]) -> String {
    if roles.is_empty() {
        return "<role>".to_owned();
    }
    let names: Vec<String> = roles.iter().map(|role| quote::plain(&role.name)).collect();
    names.join(", ")
}

/// Whether a role may do this with the table, itself or as somebody it may become.
pub(super) fn may(role: &Role, table: &Table, privilege: Privilege) -> bool {
    role.superuser
        || role.has_rights_of(table.owner)
        || table
            .grants
            .iter()
            .any(|grant| grant.privilege == privilege && role.has_rights_of(grant.grantee))
}

fn subjects<'a>(catalog: &'a Catalog, settings: &Settings) -> Vec<Subject<'a>> {
    let listed = |table: &Table| {
        let mut patterns = settings.tables.iter();
        patterns.any(|pattern| pattern.matches(&table.schema, &table.name))
    };
    let ours = catalog
        .tables
        .iter()
        .filter(|table| table.schema != settings.schema || listed(table));
    let candidates: Vec<Subject<'a>> = ours
        .map(|table| Subject {
            table,
            tenant: table.column(&settings.tenant_column),
        })
        .collect();
    // The table that the tenant column points at is the tenants' own: its key says whose a row is.
    let roots: Vec<(Oid, &str)> = candidates
        .iter()
        .filter(|subject| subject.tenant.is_some())
        .flat_map(|subject| &subject.table.references)
        .filter(|reference| reference.columns == [settings.tenant_column.as_str()])
        .filter_map(|reference| Some((reference.target, reference.target_columns.first()?.as_str())))
        .collect();
    let rooted = |subject: Subject<'a>| {
        let root = roots.iter().find(|(oid, _)| *oid == subject.table.oid);
        match (subject.tenant, root) {
            (None, Some((_, key))) => Subject {
                tenant: subject.table.column(key),
                ..subject
            },
            _ => subject,
        }
    };
    candidates
        .into_iter()
        .map(rooted)
        .filter(|subject| subject.tenant.is_some() || subject.table.secured || listed(subject.table))
        .collect()
}
