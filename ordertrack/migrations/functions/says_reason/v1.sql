-- Whether the metadata of an event give a reason that somebody can read: text with more in it than blanks.
CREATE OR REPLACE FUNCTION says_reason(metadata jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_typeof(metadata -> 'reason') = 'string'
        AND translate(metadata ->> 'reason',
            E' \t\n\r\f\u000b\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u3000\ufeff', '') <> '', false)
$$;
