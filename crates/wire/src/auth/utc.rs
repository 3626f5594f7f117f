//! Seconds since 1970 as people read them, for one error text.

use std::fmt;

/// Prints `2012-11-16T17:49:39Z`.
pub(super) struct Iso8601(pub(super) i64);

impl fmt::Display for Iso8601 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.clamp(YEAR_0, YEAR_9999);
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// Year, month and day of a number of days since 1970-01-01, in the proleptic Gregorian calendar.
/// Years are counted from March, so that the leap day is the last of a year, and in cycles of
/// 400 years, which are all alike.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + DAYS_TO_1970;
    let cycle = shifted.div_euclid(DAYS_PER_CYCLE);
    let day = shifted.rem_euclid(DAYS_PER_CYCLE);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (cycle * 400 + year + i64::from(month <= 2), month, day_of_month)
}

/// From 0000-03-01.
const DAYS_TO_1970: i64 = 719_468;
const DAYS_PER_CYCLE: i64 = 146_097;

/// What a four-digit year can show; a clock outside is wrong anyway.
const YEAR_0: i64 = -62_167_219_200;
const YEAR_9999: i64 = 253_402_300_799;

#[cfg(test)]
mod tests {
    use super::Iso8601;

    #[test]
    fn known_dates() {
        let table = [
            (0, "1970-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_353_088_179, "2012-11-16T17:49:39Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
            (i64::MIN, "0000-01-01T00:00:00Z"),
        ];
        for (seconds, expected) in table {
            assert_eq!(Iso8601(seconds).to_string(), expected);
        }
    }
}
