"""GitHub itself: the Hub over its REST and GraphQL interfaces, and mirrors of its repositories."""
