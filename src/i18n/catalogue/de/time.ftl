time-seconds = { $number ->
    [one] { $number } Sekunde
   *[other] { $number } Sekunden
}
time-minutes = { $number ->
    [one] { $number } Minute
   *[other] { $number } Minuten
}
time-hours = { $number ->
    [one] { $number } Stunde
   *[other] { $number } Stunden
}

time-day = { $day }. { $month } { $year }
time-january = Januar
time-february = Februar
time-march = März
time-april = April
time-may = Mai
time-june = Juni
time-july = Juli
time-august = August
time-september = September
time-october = Oktober
time-november = November
time-december = Dezember
