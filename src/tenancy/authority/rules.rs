//! Owns who may do what in an organization: ranks, the least rank of each permission, and the rules for roles. Pure:
//! the facts are read in the transaction that writes (`check`).

use crate::tenancy::member::MemberRole;

/// What a role weighs. A role of the organization's own weighs as much as a viewer's here: what it means is known
/// downstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Sees.
    Viewer,
    /// Works.
    Member,
    /// Manages.
    Admin,
    /// May do everything.
    Owner,
}

impl Rank {
    /// The rank of a role.
    #[must_use]
    pub fn of(role: &MemberRole) -> Self {
        match role.as_str() {
            "owner" => Self::Owner,
            "admin" => Self::Admin,
            "member" => Self::Member,
            _ => Self::Viewer,
        }
    }

    /// The name of the role that has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

/// What may be done in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// What it pays.
    ManageBilling,
    /// Its end.
    DeleteOrganization,
    /// What kind it is, on which its modules depend.
    ChangeType,
    /// Members and invitations.
    ManageTeam,
    /// Connections to other systems that all share.
    ManageIntegrations,
    /// Workspaces and who is in them.
    ManageWorkspaces,
    /// Domains and who joins by them.
    ManageDomains,
    /// Name, slug and looks.
    ManageOrganization,
    /// Dashboards, with what can be changed in them.
    UseDashboards,
    /// Connections of one's own.
    ManageOwnIntegrations,
    /// Who belongs to it.
    ViewMembers,
    /// Dashboards, to look at.
    ViewDashboards,
    /// A copy of the data.
    ExportData,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 13] = [
        Self::ManageBilling,
        Self::DeleteOrganization,
        Self::ChangeType,
        Self::ManageTeam,
        Self::ManageIntegrations,
        Self::ManageWorkspaces,
        Self::ManageDomains,
        Self::ManageOrganization,
        Self::UseDashboards,
        Self::ManageOwnIntegrations,
        Self::ViewMembers,
        Self::ViewDashboards,
        Self::ExportData,
    ];

    /// The least rank that has it.
    #[must_use]
    pub const fn least(self) -> Rank {
        match self {
            Self::ManageBilling | Self::DeleteOrganization | Self::ChangeType => Rank::Owner,
            Self::ManageTeam
            | Self::ManageIntegrations
            | Self::ManageWorkspaces
            | Self::ManageDomains
            | Self::ManageOrganization => Rank::Admin,
            Self::UseDashboards | Self::ManageOwnIntegrations => Rank::Member,
            Self::ViewMembers | Self::ViewDashboards | Self::ExportData => Rank::Viewer,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ManageBilling => "manage_billing",
            Self::DeleteOrganization => "delete_organization",
            Self::ChangeType => "change_type",
            Self::ManageTeam => "manage_team",
            Self::ManageIntegrations => "manage_integrations",
            Self::ManageWorkspaces => "manage_workspaces",
            Self::ManageDomains => "manage_domains",
            Self::ManageOrganization => "manage_organization",
            Self::UseDashboards => "use_dashboards",
            Self::ManageOwnIntegrations => "manage_own_integrations",
            Self::ViewMembers => "view_members",
            Self::ViewDashboards => "view_dashboards",
            Self::ExportData => "export_data",
        }
    }
}

/// Why a member may not do it. Who is no member is told that there is no such organization instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The role is too low.
    #[error("{} needs the role {} or a higher one", .0.name(), .0.least().name())]
    Permission(Permission),
    /// Somebody or some role above the own one.
    #[error("role: nobody gives, changes or takes away a role above their own ({})", .0.name())]
    AboveOwn(Rank),
    /// One's own role.
    #[error("role: nobody changes their own; only an owner steps down")]
    OwnRole,
    /// People are asked; they are not made members.
    #[error("a person is invited, and joins by their own act")]
    NotAsked,
    /// Not for members, whatever their role.
    #[error("only an operator may do this")]
    OperatorOnly,
}

/// What somebody may do in one organization, as it is at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// An operator or a service: everything.
    Unlimited,
    /// A joined member: what their rank allows.
    Member(Rank),
}

impl Authority {
    /// Whether a permission is held.
    pub fn require(self, permission: Permission) -> Result<(), Forbidden> {
        match self {
            Self::Member(rank) if rank < permission.least() => Err(Forbidden::Permission(permission)),
            Self::Unlimited | Self::Member(_) => Ok(()),
        }
    }

    /// Whether a role may be given, or somebody with it be changed or removed: who manages the team may, up to their
    /// own rank. So only owners make owners or unmake them, and no admin makes one of anybody, of themselves least.
    pub fn manage(self, role: &MemberRole) -> Result<(), Forbidden> {
        self.require(Permission::ManageTeam)?;
        match self {
            Self::Member(rank) if rank < Rank::of(role) => Err(Forbidden::AboveOwn(rank)),
            Self::Unlimited | Self::Member(_) => Ok(()),
        }
    }

    /// Whether a role that is given may reach no further into a module than the giver does. Owners decide who may do what.
    pub(super) fn is_held_to_modules(self) -> bool {
        matches!(self, Self::Member(rank) if rank < Rank::Owner)
    }

    /// The roles above the own one, by name: nobody without them touches whoever has them.
    #[must_use]
    pub fn roles_above(self) -> Vec<String> {
        let all = [Rank::Viewer, Rank::Member, Rank::Admin, Rank::Owner];
        let above = all
            .into_iter()
            .filter(|one| matches!(self, Self::Member(rank) if rank < *one));
        above.map(|one| one.name().to_owned()).collect()
    }

    /// Whether a person may be made a member without being asked. Among members nobody may: the organization would
    /// stand in the tokens of somebody who never heard of it.
    pub const fn add_unasked(self) -> Result<(), Forbidden> {
        match self {
            Self::Unlimited => Ok(()),
            Self::Member(_) => Err(Forbidden::NotAsked),
        }
    }

    /// What only an operator or a service does: what others pay for or are judged by.
    pub const fn operate(self) -> Result<(), Forbidden> {
        match self {
            Self::Unlimited => Ok(()),
            Self::Member(_) => Err(Forbidden::OperatorOnly),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(name: &str) -> MemberRole {
        MemberRole::parse(name).unwrap()
    }

    #[test]
    fn ranks_fall_from_owner_to_viewer_and_an_unknown_role_is_a_viewer() {
        let ranks = ["viewer", "member", "admin", "owner"].map(|name| Rank::of(&role(name)));
        assert!(ranks.is_sorted());
        for custom in ["project_creator", "owners", "superadmin"] {
            assert_eq!(Rank::of(&role(custom)), Rank::Viewer);
        }
    }

    #[test]
    fn permissions_have_the_least_roles_of_the_seeds() {
        let told: Vec<String> = Permission::ALL
            .into_iter()
            .map(|permission| format!("{} {}", permission.name(), permission.least().name()))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        manage_billing owner
        delete_organization owner
        change_type owner
        manage_team admin
        manage_integrations admin
        manage_workspaces admin
        manage_domains admin
        manage_organization admin
        use_dashboards member
        manage_own_integrations member
        view_members viewer
        view_dashboards viewer
        export_data viewer
        ");
        for permission in Permission::ALL {
            assert_eq!(Authority::Unlimited.require(permission), Ok(()));
            assert_eq!(Authority::Member(Rank::Owner).require(permission), Ok(()));
        }
    }

    #[test]
    fn nobody_gives_or_takes_a_role_above_their_own() {
        for (rank, may) in [
            (Rank::Owner, vec!["owner", "admin", "member", "viewer", "custom"]),
            (Rank::Admin, vec!["admin", "member", "viewer", "custom"]),
            (Rank::Member, vec![]),
            (Rank::Viewer, vec![]),
        ] {
            for name in ["owner", "admin", "member", "viewer", "custom"] {
                let outcome = Authority::Member(rank).manage(&role(name));
                assert_eq!(outcome.is_ok(), may.contains(&name), "{rank:?} {name}");
            }
        }
        assert_eq!(
            Authority::Member(Rank::Admin)
                .manage(&role("owner"))
                .unwrap_err()
                .to_string(),
            "role: nobody gives, changes or takes away a role above their own (admin)"
        );
    }
}
