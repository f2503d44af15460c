defmodule Thumbnailer.Features.ClusterTlsTest do
  # Two nodes whose distribution is TLS, as docs/clustering.md switches it on.
  use ExUnit.Case, async: true

  import Thumbnailer.Fixtures

  alias Thumbnailer.Nodes

  @moduletag :real
  @moduletag timeout: 120_000
  @moduletag skip: if(System.find_executable("openssl"), do: false, else: "there is no openssl")

  setup do
    folder = folder()
    openssl = &System.cmd("openssl", String.split(&1), cd: folder, stderr_to_stdout: true)

    {_output, 0} =
      openssl.(
        "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=ca -keyout ca.key -out ca.pem"
      )

    {_output, 0} =
      openssl.("req -newkey rsa:2048 -nodes -subj /CN=node -keyout node.key -out node.csr")

    File.write!(Path.join(folder, "names"), "subjectAltName=DNS:127.0.0.1")

    {_output, 0} =
      openssl.(
        "x509 -req -days 1 -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out node.pem"
      )

    # The text of docs/clustering.md, with this folder.
    [_all, options] = Regex.run(~r/```erlang\n(.*?)```/s, File.read!(root("docs/clustering.md")))
    File.write!(Path.join(folder, "tls.conf"), String.replace(options, "/etc/thumbs", folder))
    Nodes.name_server()

    {:ok,
     folder: folder,
     flags: "-proto_dist inet_tls -ssl_dist_optfile #{Path.join(folder, "tls.conf")}"}
  end

  @caller """
  [node] = System.argv()
  true = Node.connect(String.to_atom(node))
  {:ok, thumbnail} = Thumbnailer.make(System.fetch_env!("PHOTO"), 60, on: {:cluster, :tls})
  IO.puts("made \#{thumbnail.width}x\#{thumbnail.height}")
  """

  defp call(member, flags) do
    node = Nodes.full_name("tls_caller_#{System.unique_integer([:positive])}")
    program = "{:ok, _} = Application.ensure_all_started(:thumbnailer)\n" <> @caller
    arguments = Nodes.elixir(node, ["-e", program, to_string(member.node)], flags)
    System.cmd("elixir", arguments, env: [{"PHOTO", sample("photo.jpg")}], stderr_to_stdout: true)
  end

  test "a cluster works over TLS, and a node without a certificate is not let in", %{flags: flags} do
    member = Nodes.start("tls_member", :tls, 1, flags: flags, connect: false)
    on_exit(fn -> Nodes.stop(member) end)
    assert {output, 0} = call(member, flags)
    assert output =~ "made 60x45"
    assert {_refused, 1} = call(member, "")
  end
end
