# Writes clubsandwich.json and the tables beside it: what R's clubSandwich makes of growth
# on growth in two panels that R's plm ships, with a dummy for every entity and year. Run
# from this folder: Rscript clubsandwich.R (packages plm and clubSandwich).
#
# Grunfeld is balanced; in EmplUK firms have seven to nine years, not the same ones. Its
# cluster "sector" holds several firms each.

suppressMessages({
  library(plm)
  library(clubSandwich)
})

number <- function(x) sprintf("%.15g", x)

# Annual log growth of every entity, the years being consecutive.
growth <- function(table) {
  table <- table[order(table$entity, table$year), ]
  n <- nrow(table)
  same <- table$entity[-1] == table$entity[-n]
  stopifnot(all(diff(table$year)[same] == 1))
  data.frame(
    entity = factor(table$entity[-1]), year = factor(table$year[-1]),
    cluster = table$cluster[-1], x = diff(log(table$x)), y = diff(log(table$y))
  )[same, ]
}

fit <- function(dataset, table, name, cluster) {
  grown <- growth(cbind(table, cluster = cluster))
  model <- lm(y ~ x + entity + year, data = grown)
  robust <- vcovCR(model, cluster = grown$cluster, type = "CR2")
  test <- coef_test(model, vcov = robust, test = "Satterthwaite", coefs = "x")
  sprintf(
    paste0(
      '    {\n      "dataset": "%s", "cluster": "%s", "n": %d, "clusters": %d,\n',
      '      "estimate": %.17g, "std_error": %.17g,\n      "df": %.17g, "p_value": %.17g\n    }'
    ),
    dataset, name, nrow(grown), length(unique(grown$cluster)),
    test$beta, test$SE, test$df, test$p_Satt
  )
}

data(Grunfeld)
data(EmplUK)
grunfeld <- with(Grunfeld, data.frame(entity = firm, year, x = value, y = inv))
empluk <- with(EmplUK, data.frame(entity = firm, year, sector, x = wage, y = emp))
for (each in c("grunfeld", "empluk")) {
  table <- get(each)
  table[c("x", "y")] <- lapply(table[c("x", "y")], number)
  write.csv(table, paste0(each, ".csv"), row.names = FALSE, quote = FALSE)
}

models <- c(
  fit("grunfeld", grunfeld, "entity", grunfeld$entity),
  fit("empluk", empluk, "entity", empluk$entity),
  fit("empluk", empluk, "sector", empluk$sector)
)
writeLines(c(
  "{",
  sprintf(
    '  "made_by": "clubsandwich.R",\n  "r": "%s",\n  "clubSandwich": "%s",\n  "plm": "%s",',
    R.version.string, packageVersion("clubSandwich"), packageVersion("plm")
  ),
  '  "models": [',
  paste(models, collapse = ",\n"),
  "  ]",
  "}"
), "clubsandwich.json")
