# What a batch costs beside make/3, what it does with large numbers, and what a second node brings:
#
#     script/bench batch
#     cd elixir_port && MIX_ENV=prod mix run ../bench/batch.exs [rate|overhead|list|resume|cluster ...]
#
# Prints each figure beside its target. THUMBNAILER_CORPUS names the folder whose photos/ are used, TMPDIR where files are made.
# Ratios are of one run; the machine should have nothing else to do.

root = Path.expand("..", __DIR__)
Code.require_file(Path.join(root, "test/elixir_port/support/nodes.ex"))
rooms = ~w(folders rate list resume cluster)
for room <- rooms, do: Code.require_file("batch/#{room}.exs", __DIR__)

what = if System.argv() == [], do: ~w(rate overhead list resume cluster), else: System.argv()
if "rate" in what, do: Bench.Rate.photos(root)
if "overhead" in what, do: Bench.Rate.overhead(root)
if "list" in what, do: Bench.List.run()
if "resume" in what, do: Bench.Resume.run()
# The caller's node has the same flags as the others.
cluster = fn ->
  if System.get_env("ELIXIR_ERL_OPTIONS"),
    do: Bench.Cluster.run(root),
    else:
      System.cmd("mix", ["run", __ENV__.file, "cluster"],
        env: [{"ELIXIR_ERL_OPTIONS", Thumbnailer.Nodes.patient()}],
        into: IO.stream()
      )
end

if "cluster" in what, do: cluster.()
