-- People are found by name and login, as records are.

SELECT searchable('users');

-- The keys of those who are there: 1- and 2-grams. The pinyin initials, which SQL does not know, come with the next edit.
UPDATE users u SET grams = ARRAY(
  SELECT DISTINCT substr(t.text, i, n) FROM unnest(ARRAY[lower(replace(u.name, ' ', '')), replace(u.login, '-', '')]) t(text),
    generate_series(1, length(t.text)) i, generate_series(1, 2) n WHERE i + n - 1 <= length(t.text));
