# A batch on a cluster whose nodes fail and join. Run by script/cluster-demo.

root = Path.expand("..", __DIR__)
Code.require_file(Path.join(root, "test/elixir_port/support/nodes.ex"))

defmodule ClusterDemo do
  alias Thumbnailer.{Batch, Nodes}

  @count 1_000

  def run(root) do
    target = Path.join([root, "build", "cluster-demo"])
    File.rm_rf!(target)
    photos = photos(root, Path.join(target, "photos"))
    Nodes.distribute()
    spawn_link(fn -> Thumbnailer.Cluster.subscribe(:demo) && listen() end)

    IO.puts("Starting four nodes, each an operating system process with one worker")
    nodes = Map.new(~w(one two three four), &{&1, Nodes.start(&1, :demo)})

    out = Path.join(target, "thumbs")
    observe = fn report -> happen(report.done, nodes) end

    {:ok, report} =
      Batch.run(photos,
        out: out,
        sizes: ["100"],
        jobs: 16,
        on: {:cluster, :demo},
        observe: observe
      )

    Enum.each(Batch.CLI.Summary.lines(report, System.monotonic_time(:millisecond)), &IO.puts/1)
    made = length(File.ls!(out) -- [".thumbnailer"])
    IO.puts("#{made} thumbnails are in #{Path.relative_to(out, root)}")
    Enum.each(Map.values(nodes), &Nodes.stop/1)
    Nodes.stop_name_server()
    if {made, report.failed} != {@count, 0}, do: System.halt(1)
  end

  defp photos(root, folder) do
    File.mkdir_p!(folder)

    for n <- 1..@count,
        do: File.cp!(Path.join(root, "samples/images/photo.jpg"), Path.join(folder, "#{n}.jpg"))

    folder
  end

  defp happen(100, nodes), do: act("kill -9 one", fn -> Nodes.signal(nodes["one"], "KILL") end)
  defp happen(250, nodes), do: act("kill -STOP two", fn -> Nodes.signal(nodes["two"], "STOP") end)
  defp happen(400, nodes), do: act("cut off three", fn -> Nodes.cut(nodes["three"]) end)
  defp happen(500, _nodes), do: act("start five", fn -> Nodes.start("five", :demo) end)
  defp happen(700, nodes), do: act("kill -CONT two", fn -> Nodes.signal(nodes["two"], "CONT") end)
  defp happen(800, nodes), do: act("connect three again", fn -> Nodes.heal(nodes["three"]) end)
  defp happen(_done, _nodes), do: :ok

  defp act(what, act) do
    IO.puts("      >>> #{what}")
    act.()
    :ok
  end

  defp listen do
    receive do
      {:thumbnailer, :demo, {:node_up, node, info}} ->
        IO.puts("      #{node} is up: #{info.workers} worker, libvips #{info.libvips}")

      {:thumbnailer, :demo, {:node_down, node, why}} ->
        IO.puts("      #{node} is down: #{why}")

      {:thumbnailer, :demo, {:progress, counts}} ->
        IO.puts("#{String.pad_leading("#{counts.done}", 5)} done, #{counts.failed} failed")

      _finished ->
        :ok
    end

    listen()
  end
end

ClusterDemo.run(root)
