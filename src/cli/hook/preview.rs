//! `signet hook preview`: what hooks would do to what is said of one person, without minting a token for anybody.

use anyhow::Result;
use clap::Args;

use super::workbench::Workbench;
use crate::base::id::ClientId;
use crate::claims::MintContext;
use crate::claims::preview::Candidates;
use crate::cli::user::user;
use crate::cli::values;
use crate::client::service;
use crate::grant::preview::{self, Asked, Preview};
use crate::hook::Hook;
use crate::protocol::claims::Output;
use crate::protocol::grant_type::GrantType;

/// `signet hook preview`
#[derive(Debug, Clone, Args)]
pub struct PreviewArguments {
    /// The person's id, e-mail or user name
    #[arg(long)]
    user: String,
    /// The client's id
    #[arg(long)]
    client: String,
    /// The organization that is asked for, by id or slug
    #[arg(long)]
    org: Option<String>,
    /// How the token comes about; a grant that is made now is meant, for a refresh too
    #[arg(long, value_parser = grant_type(), default_value = "authorization_code")]
    grant: GrantType,
    /// Ask this registered hook only, enabled or not, for the outputs that it lists
    #[arg(long, value_name = "NAME", conflicts_with = "target")]
    hook: Option<String>,
    /// Ask this function only, registered or not, as an additive hook
    #[arg(long, value_name = "SCHEMA.FUNCTION")]
    target: Option<String>,
    /// An output that the function is asked for; repeat for several; without it the access token
    #[arg(
        long = "output",
        requires = "target",
        value_parser = values::one_of(Output::ALL.map(Output::name), Output::parse)
    )]
    outputs: Vec<Output>,
}

fn grant_type() -> impl clap::builder::TypedValueParser<Value = GrantType> {
    values::one_of(GrantType::of_people().map(GrantType::name), GrantType::parse)
}

/// Previews.
pub(super) async fn run(arguments: PreviewArguments, bench: &mut Workbench) -> Result<Preview> {
    let hooks = asked(&arguments, bench).await?;
    let client = service::show(&mut bench.work, &ClientId::from_text(arguments.client.as_str())).await?;
    let resource = match &client.metadata.default_resource {
        Some(identifier) => bench.resources.find(identifier).await?,
        None => None,
    };
    let asked = Asked {
        user: Box::new(user(&mut bench.work, &arguments.user).await?),
        client: Box::new(client),
        resource,
        organization: arguments.org.as_deref(),
        grant_type: arguments.grant,
    };
    let prepared = preview::prepare(&mut bench.work, &bench.token_issuer, asked).await?;
    let keys = bench.token_issuer.keys.current();
    let mint = MintContext {
        token_issuer: &bench.token_issuer,
        keys: &keys,
        now: bench.work.now(),
        entropy: bench.work.entropy(),
        epoch: bench.work.epoch(),
    };
    let candidates = Candidates {
        transports: &bench.hooks,
        hooks: &hooks,
    };
    Ok(preview::preview(prepared, mint, candidates).await?)
}

/// Which hooks are asked, in their order.
async fn asked(arguments: &PreviewArguments, bench: &mut Workbench) -> Result<Vec<Hook>> {
    if let Some(name) = &arguments.hook {
        return Ok(vec![bench.hook(name).await?]);
    }
    if let Some(target) = &arguments.target {
        let mut hook = Workbench::function(target)?;
        if !arguments.outputs.is_empty() {
            hook.settings.outputs = arguments.outputs.iter().copied().collect();
        }
        return Ok(vec![hook]);
    }
    let set = bench.hooks.current();
    Ok(set
        .all()
        .filter(|hook| !hook.settings.shadow)
        .map(|hook| (**hook).clone())
        .collect())
}
