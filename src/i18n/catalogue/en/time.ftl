### Times in words.

# $number (number): how many
time-seconds = { $number ->
    [one] { $number } second
   *[other] { $number } seconds
}

# $number (number): how many
time-minutes = { $number ->
    [one] { $number } minute
   *[other] { $number } minutes
}

# $number (number): how many
time-hours = { $number ->
    [one] { $number } hour
   *[other] { $number } hours
}

# $day (number): the day of the month
# $month (text): the name of the month
# $year (text): the year
time-day = { $day } { $month } { $year }
time-january = January
time-february = February
time-march = March
time-april = April
time-may = May
time-june = June
time-july = July
time-august = August
time-september = September
time-october = October
time-november = November
time-december = December
