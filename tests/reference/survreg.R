# Writes survreg.json and the tables beside it: what R's survreg makes of data that R
# ships. Run from this folder: Rscript survreg.R (base R and the package survival).
#
# The boxes of airquality and faithful are made here, by rounding as a newspaper would.

library(survival)

precise <- survreg.control(maxiter = 1000, rel.tolerance = 1e-15, toler.chol = 1e-14)

# The data have few digits; 15 give back the same double.
number <- function(x) {
  ifelse(is.finite(x), sprintf("%.15g", x), ifelse(is.na(x), "", sprintf("%s", x)))
}
write_table <- function(table, file) {
  table[] <- lapply(table, number)
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}

# Boxes of one row per observation: NA is an open end.
fit <- function(name, package, dataset, table, terms, dist) {
  lower <- table$lower
  upper <- table$upper
  if (dist == "lognormal") lower[!is.na(lower) & lower <= 0] <- NA
  model <- survreg(
    as.formula(paste("Surv(lower, upper, type = 'interval2') ~", terms)),
    data = cbind(table[setdiff(names(table), c("lower", "upper"))], lower, upper),
    dist = if (dist == "normal") "gaussian" else dist,
    control = precise
  )
  k <- length(coef(model))
  quoted <- function(x) paste0("[", paste0('"', x, '"', collapse = ", "), "]")
  listed <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ", "), "]")
  sprintf(
    paste0(
      '    {\n      "name": "%s", "package": "%s", "dataset": "%s",\n',
      '      "table": "%s.csv", "terms": "%s", "distribution": "%s", "n": %d,\n',
      '      "columns": %s,\n      "params": %s,\n      "bse": %s,\n',
      '      "scale": %.17g,\n      "llf": %.17g\n    }'
    ),
    name, package, dataset, dataset, terms, dist, nrow(table),
    quoted(names(coef(model))), listed(coef(model)),
    listed(sqrt(diag(vcov(model)))[1:k]), model$scale, model$loglik[2]
  )
}

# Durable goods, left-censored at zero.
durable <- with(tobin, data.frame(
  lower = ifelse(durable > 0, durable, NA), upper = durable, age, quant
))

# Survival in days, right-censored where the patient was alive.
alive <- with(lung, data.frame(
  lower = time, upper = ifelse(status == 2, time, NA), age, sex, ph.ecog
))
alive <- alive[!is.na(alive$ph.ecog), ]
names(alive)[5] <- "ecog"

# Ozone to its tens; exact in May, "under 15" and "over 95" elsewhere.
air <- airquality[!is.na(airquality$Ozone), ]
tens <- 10 * round(air$Ozone / 10)
ozone <- data.frame(lower = tens - 5, upper = tens + 5, wind = air$Wind, temp = air$Temp)
ozone$lower[air$Ozone < 15] <- NA
ozone$upper[air$Ozone < 15] <- 15
ozone$lower[air$Ozone > 95] <- 95
ozone$upper[air$Ozone > 95] <- NA
may <- air$Month == 5
ozone$lower[may] <- ozone$upper[may] <- air$Ozone[may]

# All of them to their tens: small values reach below zero.
tenfold <- data.frame(lower = tens - 5, upper = tens + 5, wind = air$Wind, temp = air$Temp)

# Waiting times to their tens: boxes only.
tens <- 10 * round(faithful$waiting / 10)
geyser <- data.frame(
  lower = tens - 5, upper = tens + 5, eruptions = faithful$eruptions
)

# Ten geysers, and the same with a number that stands for "no upper end".
few <- geyser[seq(1, 28, 3), ]
few$upper[c(2, 5)] <- NA
far <- few
far$upper[c(2, 5)] <- 1e10

write_table(few, "faithful-few.csv")
write_table(far, "faithful-far.csv")
write_table(durable, "tobin.csv")
write_table(alive, "lung.csv")
write_table(ozone, "airquality.csv")
write_table(tenfold, "airquality-tens.csv")
write_table(geyser, "faithful.csv")

models <- c(
  fit("durable goods", "survival", "tobin", durable, "age + quant", "normal"),
  fit("lung", "survival", "lung", alive, "age + sex + ecog", "normal"),
  fit("lung in logs", "survival", "lung", alive, "age + sex + ecog", "lognormal"),
  fit("ozone", "datasets", "airquality", ozone, "wind + temp", "normal"),
  fit("ozone in logs", "datasets", "airquality", ozone, "wind + temp", "lognormal"),
  fit("ozone, all to tens", "datasets", "airquality-tens", tenfold, "wind + temp", "normal"),
  fit("ozone, all to tens, in logs", "datasets", "airquality-tens", tenfold, "wind + temp", "lognormal"),
  fit("geyser", "datasets", "faithful", geyser, "eruptions", "normal"),
  fit("geyser in logs", "datasets", "faithful", geyser, "eruptions", "lognormal"),
  fit("ten geysers", "datasets", "faithful-few", few, "eruptions", "normal"),
  fit("ten geysers, a far end", "datasets", "faithful-far", far, "eruptions", "normal")
)
writeLines(c(
  "{",
  sprintf('  "made_by": "survreg.R",\n  "r": "%s",\n  "survival": "%s",', R.version.string, packageVersion("survival")),
  '  "models": [',
  paste(models, collapse = ",\n"),
  "  ]",
  "}"
), "survreg.json")
