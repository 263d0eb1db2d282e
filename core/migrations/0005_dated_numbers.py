from django.db import migrations

#: A sequence goes on over midnight: only within one day its numbers must not come again.
DATED = """
CREATE FUNCTION dated_number(sequence regclass) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT to_char(now() AT TIME ZONE 'UTC', 'YYMMDD')::bigint * 1000000000 + nextval(sequence)
$$
"""
WRITTEN = """
CREATE FUNCTION number_text(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN number < 1000000000 THEN lpad(number::text, 9, '0')
              ELSE (number / 1000000000)::text || lpad(
                   (number % 1000000000)::text,
                   greatest(6, length((number % 1000000000)::text)), '0') END
$$
"""


class Migration(migrations.Migration):
    """Numbers that carry their day, and how they are written (`kernel/numbering.py`)."""

    dependencies = [
        ("core", "0004_names_of_tables"),
    ]

    operations = [
        migrations.RunSQL(DATED, reverse_sql="DROP FUNCTION dated_number(regclass)"),
        migrations.RunSQL(WRITTEN, reverse_sql="DROP FUNCTION number_text(bigint)"),
    ]
