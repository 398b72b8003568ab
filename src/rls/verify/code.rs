//! Owns the stable codes of findings, and how grave each is. A code never changes its meaning: scripts rely on it.

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Rows get to whom they do not belong, or will.
    Error,
    /// Something fails, is slow, or is one mistake away from an error.
    Warning,
    /// Worth knowing; no reason to fail.
    Notice,
}

impl Severity {
    /// Its name in a report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $severity:ident,)*) => {
        /// What can be found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in reports and in `--accept`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// How grave it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    /// A table with tenants' rows has no row-level security.
    RlsOff "rls-off" Error,
    /// Row-level security does not bind the table's owner.
    RlsNotForced "rls-not-forced" Warning,
    /// A role is granted a command that no policy lets it use.
    NoPolicy "no-policy" Warning,
    /// A partition can be reached directly, past its parent's policies.
    PartitionUnprotected "partition-unprotected" Error,
    /// A table hangs on an isolated one and is not isolated itself.
    ChildWithoutRls "child-without-rls" Warning,
    /// Every role may reach the table.
    GrantedToPublic "granted-to-public" Warning,
    /// TRUNCATE asks no policy.
    TruncateGranted "truncate-granted" Error,
    /// A role may run code in the name of whoever writes the table.
    TriggerGranted "trigger-granted" Warning,
    /// A row may belong to nobody.
    TenantNullable "tenant-nullable" Notice,
    /// No index begins with the tenant column.
    TenantIndexMissing "tenant-index-missing" Warning,
    /// A unique key without the tenant column tells what other tenants have.
    UniqueProbe "unique-probe" Notice,
    /// A unique key is no key where one of its columns is null.
    UniqueNulls "unique-nulls" Notice,
    /// A foreign key may point at another tenant's row.
    ReferenceCrosses "reference-crosses" Notice,
    /// Deleting a person deletes rows of a tenant.
    CreatorCascade "creator-cascade" Notice,
    /// An application role is a superuser.
    RoleSuperuser "role-superuser" Error,
    /// An application role bypasses row-level security.
    RoleBypasses "role-bypasses" Error,
    /// An application role is, or may become, a table's owner.
    RoleOwnsTable "role-owns-table" Error,
    /// An application role may become one that no policy binds.
    RoleMemberOfMighty "role-member-of-mighty" Error,
    /// A policy is for every role.
    PolicyToPublic "policy-to-public" Warning,
    /// One rule for reading decides about writing.
    PolicyForAll "policy-for-all" Warning,
    /// What a row may become is not said.
    PolicyWithoutCheck "policy-without-check" Warning,
    /// A permissive policy does not ask who is asking.
    PolicyWithoutContext "policy-without-context" Error,
    /// A policy lets everything through when nobody is asking.
    PolicyFailsOpen "policy-fails-open" Error,
    /// A policy for writing does not ask whose the row is.
    PolicyIgnoresTenant "policy-ignores-tenant" Warning,
    /// One branch of a policy's `or` asks who is asking, and not for which tenant.
    PolicyBesideTenant "policy-beside-tenant" Notice,
    /// A claim is compared with a word that it never is.
    UnknownWord "unknown-word" Warning,
    /// A malformed claim raises an error.
    PolicyUnsafeCast "policy-unsafe-cast" Warning,
    /// A claim is read anew for each row.
    PolicyPerRow "policy-per-row" Warning,
    /// A policy asks a table whose policy asks it again (42P17).
    PolicyRecursion "policy-recursion" Error,
    /// A policy calls a function that is under the same policy (54001).
    PolicyOverflow "policy-overflow" Error,
    /// A view shows rows as its owner, whom no policy binds.
    ViewEscapes "view-escapes" Error,
    /// A view asks its owner's policies, not those of its reader.
    ViewNotInvoker "view-not-invoker" Warning,
    /// A materialized view keeps rows of every tenant.
    MaterializedView "materialized-view" Error,
    /// A function reads isolated rows as its owner, whom no policy binds.
    DefinerReads "definer-reads" Warning,
    /// A function tells who must see nothing of rows that it reads as its owner.
    DefinerLeaks "definer-leaks" Error,
    /// A function with its owner's rights was not asked, or not everything: its text alone was judged.
    NotAsked "not-asked" Notice,
    /// A function runs, as its owner, statements that it puts together.
    DefinerDynamic "definer-dynamic" Warning,
    /// A function with its owner's rights finds names where its caller says.
    DefinerSearchPath "definer-search-path" Warning,
    /// A function runs as a superuser.
    DefinerSuperuser "definer-superuser" Warning,
    /// A function may look at rows before policies do.
    FunctionLeakproof "function-leakproof" Warning,
    /// A function that policies use raises on a malformed claim.
    FunctionUnsafeCast "function-unsafe-cast" Warning,
    /// A context outlives its transaction.
    SettingLeaks "setting-leaks" Error,
    /// A role or database has a context by default.
    SettingDefault "setting-default" Error,
    /// Rows are seen with no context.
    RowsWithoutContext "rows-without-context" Error,
    /// Rows are seen with a malformed context.
    RowsMalformed "rows-malformed" Error,
    /// SQL in a claim reaches rows.
    RowsInjected "rows-injected" Error,
    /// Rows are seen by a person of no organization.
    RowsWithoutOrganization "rows-without-organization" Error,
    /// Rows of another tenant are seen.
    RowsForeign "rows-foreign" Error,
    /// Rows of another tenant are seen for what they say of themselves.
    RowsPublic "rows-public" Warning,
    /// Rows are seen through a view by who must see none.
    RowsThroughView "rows-through-view" Error,
    /// Rows without a tenant are seen by every tenant.
    RowsShared "rows-shared" Notice,
    /// A hostile context raises an error instead of showing no rows.
    ContextRaises "context-raises" Warning,
    /// Rows are written with no context.
    WriteWithoutContext "write-without-context" Error,
    /// A row is made for another tenant.
    InsertForeign "insert-foreign" Error,
    /// A row of another tenant is changed.
    UpdateForeign "update-foreign" Error,
    /// A row of another tenant is deleted.
    DeleteForeign "delete-foreign" Error,
    /// A row is moved to another tenant.
    RowMoves "row-moves" Error,
    /// A viewer makes a row.
    ViewerInserts "viewer-inserts" Warning,
    /// A viewer changes somebody else's row.
    ViewerUpdates "viewer-updates" Error,
    /// A viewer deletes somebody else's row.
    ViewerDeletes "viewer-deletes" Error,
    /// A member makes itself owner.
    PromotesItself "promotes-itself" Error,
    /// A row is made in somebody else's name.
    AuthorForged "author-forged" Notice,
    /// A rightful context raises an error.
    LegitimateFails "legitimate-fails" Warning,
    /// The plan reads a claim anew for each row.
    PlanPerRow "plan-per-row" Warning,
    /// A check could not run.
    NotChecked "not-checked" Notice,
}

impl Code {
    /// The code of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_own_name() {
        for code in Code::ALL {
            assert_eq!(Code::parse(code.name()), Some(*code));
        }
        assert_eq!(Code::parse("rls_off"), None);
    }
}
