//! Owns roles and who may become whom.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::PgConnection;

use super::Oid;

/// A role.
#[derive(Debug, Clone)]
pub(in super::super) struct Role {
    pub(in super::super) oid: Oid,
    pub(in super::super) name: String,
    pub(in super::super) superuser: bool,
    pub(in super::super) bypasses: bool,
    pub(in super::super) login: bool,
    /// Every role that it may become, by however many steps; not itself.
    pub(in super::super) member_of: BTreeSet<Oid>,
}

impl Role {
    /// Whether no policy binds it.
    pub(in super::super) const fn is_mighty(&self) -> bool {
        self.superuser || self.bypasses
    }

    /// Whether what is given to `other` is given to it too.
    pub(in super::super) fn has_rights_of(&self, other: Oid) -> bool {
        other == 0 || other == self.oid || self.member_of.contains(&other)
    }
}

/// Every role, by number.
pub(super) async fn read(connection: &mut PgConnection) -> Result<BTreeMap<Oid, Role>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select r.oid::int8 as "oid!",
            r.rolname::text as "name!",
            r.rolsuper as "superuser!",
            r.rolbypassrls as "bypasses!",
            r.rolcanlogin as "login!",
            array(select m.roleid::int8 from pg_auth_members m where m.member = r.oid) as "member_of!: Vec<i64>"
        from pg_roles r
        order by r.rolname"#
    )
    .fetch_all(connection)
    .await?;
    let direct: BTreeMap<Oid, Vec<Oid>> = rows.iter().map(|row| (row.oid, row.member_of.clone())).collect();
    let roles = rows.into_iter().map(|row| {
        let role = Role {
            oid: row.oid,
            name: row.name,
            superuser: row.superuser,
            bypasses: row.bypasses,
            login: row.login,
            member_of: closure(&direct, row.oid),
        };
        (role.oid, role)
    });
    Ok(roles.collect())
}

fn closure(direct: &BTreeMap<Oid, Vec<Oid>>, role: Oid) -> BTreeSet<Oid> {
    let mut found = BTreeSet::new();
    let mut next = vec![role];
    while let Some(one) = next.pop() {
        let above = direct.get(&one).into_iter().flatten();
        next.extend(above.filter(|above| **above != role && found.insert(**above)));
    }
    found
}
