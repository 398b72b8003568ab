//! Owns how times are told in words.

use chrono::Datelike as _;

use super::texts::Texts;
use crate::base::clock::Timestamp;

impl Texts {
    /// A wait, never shorter than it is: "20 seconds", "2 minutes".
    #[must_use]
    pub fn wait(self, seconds: u64) -> String {
        match seconds {
            0..60 => self.time_seconds(seconds),
            60..7200 => self.time_minutes(seconds.div_ceil(60)),
            _ => self.time_hours(seconds.div_ceil(3600)),
        }
        .plain()
    }

    /// A day in UTC: "14 December 2026".
    #[must_use]
    pub fn day(self, at: Timestamp) -> String {
        let month = match at.month() {
            1 => self.time_january(),
            2 => self.time_february(),
            3 => self.time_march(),
            4 => self.time_april(),
            5 => self.time_may(),
            6 => self.time_june(),
            7 => self.time_july(),
            8 => self.time_august(),
            9 => self.time_september(),
            10 => self.time_october(),
            11 => self.time_november(),
            _ => self.time_december(),
        };
        let year = at.year().to_string();
        self.time_day(at.day().into(), month, &year).plain()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Locale;

    #[test]
    fn a_wait_is_told_in_words_and_never_too_short() {
        for (seconds, words) in [
            (1, "1 second"),
            (20, "20 seconds"),
            (60, "1 minute"),
            (61, "2 minutes"),
            (1800, "30 minutes"),
            (7201, "3 hours"),
        ] {
            assert_eq!(Texts::of(Locale::En).wait(seconds), words);
        }
        let in_each = |seconds| Locale::ALL.map(|locale| Texts::of(locale).wait(seconds));
        assert_eq!(
            in_each(60),
            ["1 minute", "1 Minute", "1 minute", "1 minuto", "1 minuto"]
        );
        assert_eq!(
            in_each(7200),
            ["2 hours", "2 Stunden", "2 heures", "2 horas", "2 ore"]
        );
    }

    #[test]
    fn a_day_is_told_as_each_language_does() {
        let day = |text: &str| {
            let at = text.parse::<Timestamp>().unwrap();
            Locale::ALL.map(|locale| Texts::of(locale).day(at))
        };
        assert_eq!(
            day("2026-12-14T23:59:59Z"),
            [
                "14 December 2026",
                "14. Dezember 2026",
                "14 décembre 2026",
                "14 de diciembre de 2026",
                "14 dicembre 2026",
            ]
        );
        let first = day("2027-05-01T00:00:00Z");
        assert_eq!(first[2], "1er mai 2027");
        assert_eq!(first[4], "1º maggio 2027");
    }
}
