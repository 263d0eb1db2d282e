"""What runs before Django: places, embedded servers, roles, and the processes of `up`."""
