//! Owns the standard claims as options of a command.

use clap::Args;

use crate::user::ProfileDetails;

/// Standard claims (OpenID Connect Core §5.1). An empty text takes a claim away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct ProfileArguments {
    /// Full name
    #[arg(long)]
    pub name: Option<String>,
    /// Given name
    #[arg(long)]
    pub given_name: Option<String>,
    /// Family name
    #[arg(long)]
    pub family_name: Option<String>,
    /// Middle name
    #[arg(long)]
    pub middle_name: Option<String>,
    /// Nickname
    #[arg(long)]
    pub nickname: Option<String>,
    /// Address of a page about the person
    #[arg(long)]
    pub profile: Option<String>,
    /// Address of a picture
    #[arg(long)]
    pub picture: Option<String>,
    /// Address of the person's own page
    #[arg(long)]
    pub website: Option<String>,
    /// Gender
    #[arg(long)]
    pub gender: Option<String>,
    /// YYYY-MM-DD, 0000-MM-DD or YYYY
    #[arg(long)]
    pub birthdate: Option<String>,
    /// Time zone, such as Europe/Berlin
    #[arg(long)]
    pub zoneinfo: Option<String>,
    /// Language tag, such as de or en-US
    #[arg(long)]
    pub locale: Option<String>,
    /// Telephone number, such as +4930123456
    #[arg(long)]
    pub phone_number: Option<String>,
    /// Postal address as it is written on a letter
    #[arg(long)]
    pub address_formatted: Option<String>,
    /// Street and number
    #[arg(long)]
    pub address_street: Option<String>,
    /// City
    #[arg(long)]
    pub address_locality: Option<String>,
    /// State or region
    #[arg(long)]
    pub address_region: Option<String>,
    /// Postal code
    #[arg(long)]
    pub address_postal_code: Option<String>,
    /// Country
    #[arg(long)]
    pub address_country: Option<String>,
}

impl ProfileArguments {
    /// What the claims are after these options.
    #[must_use]
    pub fn apply_to(self, mut details: ProfileDetails) -> ProfileDetails {
        if let Some(name) = self.name {
            details.name = name;
        }
        for (claim, given) in [
            (&mut details.given_name, self.given_name),
            (&mut details.family_name, self.family_name),
            (&mut details.middle_name, self.middle_name),
            (&mut details.nickname, self.nickname),
            (&mut details.profile, self.profile),
            (&mut details.image, self.picture),
            (&mut details.website, self.website),
            (&mut details.gender, self.gender),
            (&mut details.birthdate, self.birthdate),
            (&mut details.zoneinfo, self.zoneinfo),
            (&mut details.locale, self.locale),
            (&mut details.phone, self.phone_number),
            (&mut details.address_formatted, self.address_formatted),
            (&mut details.address_street, self.address_street),
            (&mut details.address_locality, self.address_locality),
            (&mut details.address_region, self.address_region),
            (&mut details.address_postal_code, self.address_postal_code),
            (&mut details.address_country, self.address_country),
        ] {
            if let Some(given) = given {
                *claim = Some(given).filter(|given| !given.is_empty());
            }
        }
        details
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_stays_and_an_empty_text_takes_away() {
        let before = ProfileDetails {
            nickname: Some("N".to_owned()),
            locale: Some("de".to_owned()),
            ..ProfileDetails::default()
        };
        let arguments = ProfileArguments {
            locale: Some(String::new()),
            zoneinfo: Some("Europe/Berlin".to_owned()),
            ..ProfileArguments::default()
        };
        let after = arguments.apply_to(before);
        assert_eq!(after.nickname.as_deref(), Some("N"));
        assert_eq!(after.locale, None);
        assert_eq!(after.zoneinfo.as_deref(), Some("Europe/Berlin"));
    }
}
