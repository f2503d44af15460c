# The overhead of a batch over make/3, a batch of many files, and the gain of a second node:
#
#     script/bench batch
#     cd elixir_port && MIX_ENV=prod mix run ../bench/batch.exs [rate|overhead|list|resume|cluster ...]
#
# Prints each figure beside its target. THUMBNAILER_CORPUS names the folder with photos/, TMPDIR the folder for new files.
# Ratios are of one run; use an otherwise idle machine.

root = Path.expand("..", __DIR__)
Code.require_file(Path.join(root, "test/elixir_port/support/nodes.ex"))
parts = ~w(folders processors rate list resume cluster)
for part <- parts, do: Code.require_file("batch/#{part}.exs", __DIR__)

what = if System.argv() == [], do: ~w(rate overhead list resume cluster), else: System.argv()

# The parts that keep the workers busy run in a BEAM whose schedulers do not spin, as docs/batch.md advises.
busy = Enum.filter(what, &(&1 in ~w(rate overhead cluster)))
no_busy_wait? = System.get_env("ELIXIR_ERL_OPTIONS", "") != ""

if busy != [] and not no_busy_wait? do
  System.cmd("mix", ["run", __ENV__.file | busy],
    env: [{"ELIXIR_ERL_OPTIONS", Thumbnailer.Nodes.no_busy_wait()}],
    into: IO.stream()
  )
end

for name <- if(no_busy_wait?, do: what, else: what -- busy) do
  case name do
    "rate" -> Bench.Rate.photos(root)
    "overhead" -> Bench.Rate.overhead(root)
    "list" -> Bench.List.run()
    "resume" -> Bench.Resume.run()
    "cluster" -> Bench.Cluster.run(root)
  end
end
